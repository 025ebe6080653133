import Foundation
import Service

/// `nadi run` in a process of its own.
final class MeasuredDaemon {
  /// One line of its log.
  private struct Line: Decodable {
    var time: String
    var msg: String
    var read: String?
    var counted: String?
    var updates: String?
    var commits: String?
    var snapshots: String?
  }

  private let child: ChildProcess
  private let patience: Patience

  /// Writes the configuration and starts it.
  init(_ setup: DaemonSetup, _ broker: BenchBroker, name: String, _ patience: Patience) throws {
    let path = "\(setup.directory)/\(name).yaml"
    do {
      try setup.yaml(broker).write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw ServiceFault(
        .cannotCreate, "cannot write \(path): \(error.localizedDescription)",
        remedy: "set TMPDIR to a directory that can be written")
    }
    self.patience = patience
    let assumption = broker.isEmbedded ? ["--outputs-exist"] : []
    child = try ChildProcess(
      ChildProcess.ownPath, ["run", "--config", path, "--log-format", "json"] + assumption, name: name,
      directory: setup.directory)
  }

  /// What it cost from its start until it had committed everything.
  struct Cost {
    var cpuSeconds: Double
    var peakBytes: Int
    /// On the clock of `WallClock.nowMillis`.
    var endMillis: Int64
  }

  /// Waits until its group has committed so many records.
  func waitForCommit(_ count: Int, _ positions: GroupPositions) throws -> Cost {
    try patience.wait("for the daemon to commit \(count) records") {
      try checkAlive()
      return try positions.total() >= Int64(count)
    }
    let end = WallClock.nowMillis()
    let cpu = child.cpuSeconds
    try checkAlive()
    return Cost(cpuSeconds: cpu, peakBytes: child.peakBytes, endMillis: end)
  }

  func checkAlive() throws {
    if let end = child.poll() { throw child.fault("it ended with \(end.code)") }
  }

  /// What it says of itself.
  struct Summary {
    /// When it had its partitions, on the clock of `WallClock.nowMillis`.
    var assignedMillis: Int64
    var counted: Int
    var updates: Int
    var commits: Int
    var snapshots: Int
  }

  /// Has it stop in order.
  func stop() throws -> Summary {
    child.send(SIGTERM)
    _ = try child.finish(patience)
    let lines = lines()
    guard let assigned = lines.first(where: { $0.msg == "leading: all partitions are read" }),
      let time = Self.millis(assigned.time), let stopped = lines.last(where: { $0.msg == "stopped" })
    else { throw child.fault("its log does not say when it had its partitions and stopped") }
    func number(_ text: String?) -> Int { text.flatMap { Int($0) } ?? 0 }
    return Summary(
      assignedMillis: time, counted: number(stopped.counted), updates: number(stopped.updates),
      commits: number(stopped.commits), snapshots: number(stopped.snapshots))
  }

  private func lines() -> [Line] {
    let decoder = JSONDecoder()
    return child.errorLines.compactMap { try? decoder.decode(Line.self, from: Data($0.utf8)) }
  }

  private static func millis(_ text: String) -> Int64? {
    let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    guard let date = try? format.parse(text) else { return nil }
    return Int64((date.timeIntervalSince1970 * 1_000).rounded())
  }
}
