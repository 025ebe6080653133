import ArgumentParser
import Catalogue
import Core
import Service

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract:
      "Says what taking a configuration would do: to settings, to metrics, and to the state behind them.",
    discussion: """
      With --against it is compared with another configuration, as a reload (SIGHUP) would; else with what the newest \
      snapshot holds, as a start would. Nothing is changed.
      """)

  @Option(help: "The configuration to be taken.")
  var config: String

  @Option(help: "The configuration in use.")
  var against: String?

  @Option(help: "The state directory whose newest snapshot is looked at; by default the configuration's.")
  var state: String?

  func validate() throws {
    if against != nil, state != nil { throw ValidationError("write only one of --against and --state") }
  }

  func run() throws {
    try Exit.running {
      let new = try ConfigurationOption.load(config)
      guard let against else { return try compare(new, state ?? new.state.directory) }
      let old = try ConfigurationOption.load(against, option: "--against")
      let plan = try ConfigurationPlan(from: old, to: new)
      for line in plan.lines { try StandardOutput.print(line) }
      try StandardOutput.print(
        plan.isReloadable
          ? "a running daemon takes it at SIGHUP" : "a running daemon refuses it at SIGHUP; start it again")
    }
  }

  private func compare(_ new: Configuration, _ state: String) throws {
    guard let (name, summary) = try newest(new, state) else {
      throw ServiceFault(
        .dataError, "\(state) has no snapshot that a start as group \(new.kafka.group) could use",
        remedy:
          "name the state.directory of the daemon with --state; without a snapshot everything is read again")
    }
    try StandardOutput.print(
      "\(name) keeps \(summary.completeSince.count) counters by measure, window and scope")
    let plan = try ConfigurationPlan(kept: Set(summary.completeSince.keys), to: new)
    for line in plan.lines { try StandardOutput.print(line) }
    let dropped = Set(summary.completeSince.keys).subtracting(try Catalogue(new.catalogue).keptIdentities)
    try StandardOutput.print("\(dropped.count) counters are for nothing in \(config) and are dropped")
  }

  /// The snapshot that a start would take if it fits the committed offsets; says which ones it passes over.
  private func newest(
    _ new: Configuration, _ state: String
  ) throws -> (name: String, summary: StateSummary)? {
    let directory = SnapshotDirectory(path: state, kept: new.state.snapshotsKept)
    for name in try directory.files() {
      let reason: String
      do {
        let snapshot = try directory.load(name)
        if snapshot.header.group == new.kafka.group {
          return (name, try StateSummary(decoding: snapshot.state))
        }
        reason = "is of group \(snapshot.header.group)"
      } catch let fault as POSIXFault {
        throw fault
      } catch {
        reason = "cannot be used: \(error)"
      }
      try StandardOutput.print("\(name) would be passed over: it \(reason)")
    }
    return nil
  }
}
