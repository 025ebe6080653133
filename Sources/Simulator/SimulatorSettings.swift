/// Everything that decides what a ``Simulation`` makes: equal settings give equal bytes.
public struct SimulatorSettings: Sendable, Equatable {
  public var seed: UInt64
  /// The event time of the first event, in milliseconds since the Unix epoch.
  public var start: Int64
  public var regions = 5
  /// Teams, spread evenly over regions; at least as many as regions.
  public var teams = 20
  /// Sales representatives, spread evenly over teams; at least as many as teams.
  public var reps = 200
  /// Accounts being sold to at any time; won accounts are replaced by new ones.
  public var accounts = 3_000
  public var currencies = SimulatedCurrencies.single("MYR")
  /// Minutes east of UTC of the working hours, Monday to Friday from 9:00 to 18:00.
  public var zoneOffsetMinutes = 480
  /// Mean time between two events of one rep in working hours, in seconds.
  public var eventGapSeconds = 360.0
  /// Median time from creation to close of an opportunity, in days, before closes move into working hours.
  public var cycleMedianDays = 3.0
  /// Share of events that are sent again, byte for byte, seconds to minutes later; 0...1.
  public var duplicateShare = 0.01
  /// Share of finished activities that are logged 30 minutes to 20 hours after they happened; 0...1.
  public var lateShare = 0.02
  /// The longest random delay between an event and its arrival, in milliseconds.
  public var disorderMillis: Int64 = 5_000
  /// Malformed records for each well-formed one, made in addition to it; 0...1.
  public var malformedShare = 0.0
  /// Put before the number in every id that is counted, so that several simulations can feed one topic.
  public var idPrefix = ""

  /// Settings of a demonstration: 200 reps in 20 teams in 5 regions.
  public init(seed: UInt64, start: Int64) {
    self.seed = seed
    self.start = start
  }

  /// Stops on settings that no organisation could have; called once, before anything is simulated.
  func checkInvariants() {
    precondition(regions >= 1, "A simulation needs at least one region.")
    precondition(teams >= regions, "A simulation needs at least one team for each region.")
    precondition(reps >= teams, "A simulation needs at least one rep for each team.")
    precondition(accounts >= reps, "A simulation needs at least one account for each rep.")
    precondition(eventGapSeconds > 0, "The time between events must be positive.")
    precondition(cycleMedianDays > 0, "The sales cycle must be positive.")
    precondition(disorderMillis >= 0, "The disorder must not be negative.")
    for share in [duplicateShare, lateShare, malformedShare] {
      precondition((0...1).contains(share), "A share lies between 0 and 1.")
    }
  }
}
