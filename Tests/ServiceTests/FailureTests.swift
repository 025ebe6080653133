import Catalogue
import Kafka
import Testing

@testable import Service

/// Failures that the brokers answer with.
@Suite struct FailureTests {
  struct Failure: Sendable, CustomTestStringConvertible {
    let delivery: Delivery
    let request: Int16
    let codes: [Int32]
    let testDescription: String

    init(_ delivery: Delivery, _ request: Int16, _ codes: [Int32], _ text: String) {
      self.delivery = delivery
      self.request = request
      self.codes = codes
      testDescription = "\(delivery.rawValue): \(text)"
    }
  }

  private static let input = Input.simulated(120)
  private static let reference = Result { try EngineRun(input) }
  private typealias Request = KafkaMockCluster.Request

  static let passing: [Failure] = [
    Failure(.atLeastOnce, Request.produce, [6, 19, 7], "produce: leader moved, few replicas, timed out"),
    Failure(.atLeastOnce, Request.produce, [29], "produce: no right to the topic"),
    Failure(.atLeastOnce, Request.offsetCommit, [16, 14, 15], "offset commit: coordinator moves"),
    Failure(.atLeastOnce, Request.offsetCommit, [-1, 28], "offset commit: unknown error, size"),
    Failure(.atLeastOnce, Request.offsetCommit, [-195], "offset commit: connection closed"),
    Failure(.exactlyOnce, Request.produce, [6, 19], "produce: leader moved, few replicas"),
    Failure(.exactlyOnce, Request.transactionOffsetCommit, [16, 14, 15], "offsets: coordinator moves"),
    Failure(.exactlyOnce, Request.transactionOffsetCommit, [22], "offsets: generation gone, abort"),
    Failure(.exactlyOnce, Request.endTransaction, [15, 16, 14], "commit: coordinator moves"),
    Failure(.exactlyOnce, Request.endTransaction, [-195], "commit: connection closed"),
  ]

  static let fatal: [Failure] = [
    Failure(.atLeastOnce, Request.offsetCommit, [82], "offset commit: instance fenced"),
    Failure(.exactlyOnce, Request.transactionOffsetCommit, [82], "offsets: instance fenced"),
    Failure(.exactlyOnce, Request.endTransaction, [90], "commit: producer fenced"),
    Failure(.exactlyOnce, Request.produce, [47], "produce: epoch gone"),
  ]

  @Test(arguments: passing)
  func nothingIsLost(_ failure: Failure) async throws {
    let reference = try Self.reference.get()
    let broker = try TestBroker()
    let directory = try TemporaryDirectory()
    try broker.send(Self.input)
    broker.cluster.pushRequestErrors(apiKey: failure.request, failure.codes)
    let service = RunningService(
      try Configurations.make(
        brokers: broker.cluster.bootstrap, directory: directory.path, delivery: failure.delivery))
    try await service.finish(afterReading: reference.books.read)
    #expect(service.status.books == reference.books)
    let differences = try broker.lastUpdates().differences(from: reference.updates)
    #expect(differences == [])
    // What was tried again may be there twice, and what the mock does not abort stays.
    let letters = try broker.read(Configurations.deadLetters)
    let positions = Set(
      letters.map {
        "\($0.headers["__connect.errors.partition"] ?? "")/\($0.headers["__connect.errors.offset"] ?? "")"
      })
    #expect(positions.count == reference.deadLetterCount)
    #expect(try directory.names().count == 2, "the lock and the last snapshot")
    if failure.request == Request.transactionOffsetCommit, failure.codes == [22] {
      #expect(service.status.abortCounts == [.membership: 1], "what failed, not what followed")
    }
  }

  @Test(arguments: fatal)
  func fatalErrorEndsWithoutASnapshot(_ failure: Failure) async throws {
    let broker = try TestBroker()
    let directory = try TemporaryDirectory()
    try broker.send(Self.input)
    broker.cluster.pushRequestErrors(apiKey: failure.request, failure.codes)
    let service = RunningService(
      try Configurations.make(
        brokers: broker.cluster.bootstrap, directory: directory.path, delivery: failure.delivery,
        snapshotInterval: "1s"))
    let fault = try await service.fault()
    #expect(fault?.code == .temporaryFailure)
    #expect(fault?.remedy.contains("start again") == true)
    #expect(try directory.names() == ["lock"])

    broker.cluster.clearRequestErrors(apiKey: failure.request)
    let reference = try Self.reference.get()
    let second = RunningService(
      try Configurations.make(
        brokers: broker.cluster.bootstrap, directory: directory.path, delivery: failure.delivery))
    try await second.finish(afterReading: reference.books.read)
    #expect(second.status.books == reference.books)
    let differences = try broker.lastUpdates().differences(from: reference.updates)
    #expect(differences == [])
  }
}
