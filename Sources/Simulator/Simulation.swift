/// A sales organisation at work, as an endless sequence of records in order of arrival.
///
/// People act one after the other on an agenda in event time; what they do becomes records, which wait in an
/// outbox until they arrive. Memory is bounded by the number of reps and accounts and by what is under way.
public struct Simulation: Sendable {
  let settings: SimulatorSettings
  let hours: WorkHours
  var organisation: Organisation
  var agenda = Agenda()
  private var outbox = Outbox()
  /// Decides what people do.
  var random: Randomness
  /// Decides how records travel.
  private var transport: Randomness
  /// Decides when a malformed record is slipped in, so that well-formed ones do not depend on it.
  private var faults: Randomness

  var deals: [Deal] = []
  var freeDealPlaces: [Int] = []
  var dealCount: Int64 = 0
  var activityCount: Int64 = 0
  var costCount: Int64 = 0
  var inviteCount: Int64 = 0
  var responseCount: Int64 = 0
  private var eventCount: Int64 = 0
  private var malformedCount = 0

  let activityText: String
  let dealText: String
  let accountText: String
  private let eventText: String

  /// Makes the organisation and its opening book; the settings must describe a possible one.
  public init(_ settings: SimulatorSettings) {
    settings.checkInvariants()
    self.settings = settings
    hours = WorkHours(offsetMillis: Int64(settings.zoneOffsetMinutes) * Length.minute)
    random = Randomness(seed: settings.seed)
    transport = Randomness(seed: settings.seed ^ 0x7472_616E_7370_6F72)
    faults = Randomness(seed: settings.seed ^ 0x6661_756C_7473_0000)
    organisation = Organisation(settings, startDay: hours.localDay(settings.start), &random)
    activityText = settings.idPrefix + "act-"
    dealText = settings.idPrefix + "opp-"
    accountText = settings.idPrefix + "acct-"
    eventText = settings.idPrefix + "e-"
    open()
  }

  /// The next record in order of arrival.
  public mutating func next() -> SimulatedRecord {
    while true {
      if let record = removeArrived(by: agenda.nextTime ?? Int64.max) { return record }
      actOnce()
    }
  }

  /// All records that have not been given out and arrive at or before this instant.
  public mutating func next(until arrival: Int64) -> [SimulatedRecord] {
    var records: [SimulatedRecord] = []
    while let time = agenda.nextTime, time <= arrival { actOnce() }
    while let record = removeArrived(by: arrival) { records.append(record) }
    return records
  }

  private mutating func removeArrived(by time: Int64) -> SimulatedRecord? {
    guard let arrival = outbox.nextArrival, arrival <= time else { return nil }
    return outbox.removeNext()
  }

  private mutating func actOnce() {
    guard let action = agenda.removeNext() else {
      preconditionFailure("Every rep always plans another act, so the agenda is never empty.")
    }
    let rep = Int(action.rep)
    switch action.kind {
    case .act: act(rep, at: action.time)
    case .finishMeeting: finishMeeting(action.subject, rep, at: action.time)
    case .cancelMeeting: cancelMeeting(action.subject, rep, at: action.time)
    case .deleteActivity: deleteActivity(action.subject, rep, at: action.time)
    case .oneOnOne: holdOneOnOne(rep, at: action.time)
    case .deal: takeTurn(Int(action.subject), at: action.time)
    case .weeklyCosts: spendWeekly(at: action.time)
    case .rates: publishRates(at: action.time)
    case .surveyWave: beginSurvey(action.subject, at: action.time)
    case .invite: invite(rep, survey: action.subject, at: action.time)
    case .respond: respond(rep, answer: action.subject, at: action.time)
    }
  }

  // MARK: - Records

  /// When a record of something that happens now arrives.
  mutating func stamp(_ time: Int64, mayBeLate: Bool = false) -> Stamp {
    if mayBeLate, transport.chance(settings.lateShare) {
      let delay = transport.between(30 * Length.minute, 20 * Length.hour)
      return Stamp(occurredAt: time, arrivalAt: time + delay, isLate: true)
    }
    return Stamp(
      occurredAt: time, arrivalAt: time + transport.between(0, settings.disorderMillis), isLate: false)
  }

  /// An event written up to where its data begin.
  mutating func beginEvent(
    _ entity: SimulatedEntity, _ id: Identifier, operation: String = "upsert", actor: Int? = nil,
    mergedInto: Identifier? = nil, _ stamp: Stamp
  ) -> EventWriter {
    eventCount += 1
    var writer = EventWriter()
    writer.identifier("id", Identifier(eventText, eventCount))
    writer.text("entity", entity.rawValue)
    writer.text("op", operation)
    writer.identifier("entityId", id)
    if let mergedInto { writer.identifier("mergedInto", mergedInto) }
    writer.time("occurredAt", stamp.occurredAt)
    if stamp.isLate { writer.time("recordedAt", stamp.arrivalAt) }
    if let actor { writer.text("actorId", organisation.reps[actor].name) }
    writer.beginData()
    return writer
  }

  /// Ends the event and sends its record, its duplicate and a malformed one as the settings have it.
  mutating func send(_ entity: SimulatedEntity, _ id: Identifier, _ writer: EventWriter, _ stamp: Stamp) {
    var writer = writer
    writer.endEvent()
    var key: [UInt8] = []
    key.reserveCapacity(32)
    key.append(contentsOf: entity.rawValue.utf8)
    key.append(UInt8(ascii: ":"))
    id.write(to: &key)
    var record = SimulatedRecord(
      entity: entity, key: key, value: writer.bytes, occurredAt: stamp.occurredAt, arrivalAt: stamp.arrivalAt,
      isDuplicate: false, isLate: stamp.isLate, malformedKind: nil)
    outbox.send(record)
    if transport.chance(settings.duplicateShare) {
      record.isDuplicate = true
      record.arrivalAt += transport.pick([3, 3, 3, 30, 150]) * Length.second + transport.between(0, 999)
      outbox.send(record)
    }
    if settings.malformedShare > 0, faults.chance(settings.malformedShare) { sendMalformed(stamp) }
  }

  private mutating func sendMalformed(_ stamp: Stamp) {
    let kinds = MalformedKind.allCases
    let kind = kinds[malformedCount % kinds.count]
    malformedCount += 1
    let id = "\(settings.idPrefix)bad-\(malformedCount)"
    outbox.send(
      SimulatedRecord(
        entity: .opportunity, key: Array("opportunity:\(id)".utf8),
        value: kind.value(id: id, occurredAt: stamp.occurredAt), occurredAt: stamp.occurredAt,
        arrivalAt: stamp.arrivalAt, isDuplicate: false, isLate: false, malformedKind: kind.rawValue))
  }
}
