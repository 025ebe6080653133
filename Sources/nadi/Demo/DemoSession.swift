import ArgumentParser
import Catalogue
import Foundation
import Kafka
import Logging
import Service
import Web

/// A demonstration from start to end: a broker within the process, a simulated organisation, the daemon, and a
/// reader of what it publishes, each on threads of its own.
struct DemoSession {
  let seconds: Int?
  let seed: UInt64
  let speed: Double?
  let isPlain: Bool
  let stateDirectory: String?
  let httpPort: UInt16

  private static let inputPartitions = 4
  /// The mock broker drops the oldest records of a partition, so the output has room for several publications.
  private static let outputPartitions = 8
  private static let catchUpMillis: Int64 = 8_000
  private static let tickSeconds = 0.05

  func run() throws {
    let stop = StopSignals()
    let directory = try makeStateDirectory()
    defer { if stateDirectory == nil { try? FileManager.default.removeItem(atPath: directory) } }
    let cluster = try KafkaMockCluster()
    let configuration = try DemoConfiguration.make(
      brokers: cluster.bootstrap, stateDirectory: directory, httpPort: httpPort)
    try createTopics(configuration, cluster)
    let board = DemoBoard()
    let view = DemoView(zone: configuration.catalogue.zone)
    let display = DemoDisplay(board: board, view: view, seconds: seconds, isPlain: isPlain)
    defer { display.close() }
    let pace = DemoPace(now: WallClock.nowMillis(), seconds: seconds, speed: speed)
    try play(configuration, pace, board, display, stop)
    display.close()
    try withExtendedLifetime(cluster) {
      try DemoSummary(state: board.current, view: view, start: pace.clock).print(to: display)
    }
  }

  private func makeStateDirectory() throws -> String {
    if let stateDirectory { return stateDirectory }
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("nadi-demo-\(UUID())")
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw ServiceFault(
        .cannotCreate, "cannot create \(directory.path): \(error.localizedDescription)",
        remedy: "set TMPDIR to a directory that can be written, or give --state-directory")
    }
    return directory.path
  }

  private func createTopics(_ configuration: Configuration, _ cluster: KafkaMockCluster) throws {
    try cluster.createTopic(DemoConfiguration.inputTopic, partitions: Self.inputPartitions)
    try cluster.createTopic(configuration.output.topic, partitions: Self.outputPartitions)
    try cluster.createTopic(configuration.output.deadLetterTopic, partitions: 1)
    try cluster.createTopic(configuration.output.lateTopic, partitions: 1)
  }

  // MARK: - Threads

  private func play(
    _ configuration: Configuration, _ pace: DemoPace, _ board: DemoBoard, _ display: DemoDisplay,
    _ stop: StopSignals
  ) throws {
    let brokers = configuration.kafka.brokers.joined(separator: ",")
    let feeding = DemoFeed(
      brokers: brokers, topic: DemoConfiguration.inputTopic, seed: seed, pace: pace, board: board)
    let reading = DemoReader(brokers: brokers, topic: configuration.output.topic, board: board)
    let feed = DemoThread("feed") { board.guarding { try feeding.run() } }
    let daemon = DemoThread("daemon") { board.guarding { try Self.serve(configuration, board) } }
    let reader = DemoThread("reader") { board.guarding { try reading.run() } }
    let deadline = seconds.map { WallClock.steadyMillis() + Int64($0) * 1_000 }
    func hasFailed() -> Bool { board.access { $0.failure != nil } }
    wait(display, until: deadline) { stop.isRaised || hasFailed() }
    board.access { $0.order = .stopFeed }
    wait(display) { feed.isEnded }
    wait(display, until: WallClock.steadyMillis() + Self.catchUpMillis) {
      hasFailed() || board.access { $0.lag == 0 }
    }
    board.access { $0.order = .stopDaemon }
    wait(display) { daemon.isEnded }
    board.access { $0.order = .stopReader }
    wait(display) { reader.isEnded }
    if let failure = board.access({ $0.failure }) { throw failure }
  }

  private static func serve(_ configuration: Configuration, _ board: DemoBoard) throws {
    let logger = Logger(label: "nadi") { _ in DemoLogHandler(board: board) }
    let service = try RunService(
      configuration: configuration, managesOutputs: false, build: Build.version, logger: logger)
    let server = try WebServer(configuration: configuration, build: Build.version, logger: logger)
    defer { server.stop() }
    (service.monitor, service.tap) = (server.monitor, server.tap)
    board.access { $0.url = server.url }
    service.onStatus = { status in board.access { $0.status = status } }
    try service.run { board.access { $0.order >= .stopDaemon } }
  }

  /// Shows how it goes until something is so, or a time on the steady clock in milliseconds is reached.
  private func wait(_ display: DemoDisplay, until deadline: Int64? = nil, _ condition: () -> Bool) {
    while !condition(), deadline.map({ WallClock.steadyMillis() < $0 }) ?? true {
      display.tick()
      Thread.sleep(forTimeInterval: Self.tickSeconds)
    }
  }
}
