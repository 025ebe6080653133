import Testing

@testable import Service

@Suite struct TopicWaitTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func start(_ brokers: String) throws -> RunningService {
    RunningService(try Configurations.make(brokers: brokers, directory: directory.path))
  }

  @Test func startsWhenTheInputAppears() async throws {
    let cluster = try HiddenTopicCluster()
    let service = try start(cluster.brokers)
    try await eventually("it waits") {
      !service.recorder.lines(containing: "waiting for the input topic").isEmpty
    }
    cluster.show()
    try await service.finish(afterReading: 0)
    #expect(service.recorder.lines(containing: "leading: all partitions are read").count == 1)
    let waiting = service.recorder.lines(containing: "waiting for the input topic")
    #expect(waiting.map(\.level) == [.warning], "it says so once")
    #expect(waiting.first?.metadata["topic"] == Configurations.input)
  }

  @Test func stopsWhileItWaitsForTheInput() async throws {
    let cluster = try HiddenTopicCluster()
    let service = try start(cluster.brokers)
    try await eventually("it waits") {
      !service.recorder.lines(containing: "waiting for the input topic").isEmpty
    }
    try await service.stop()
    #expect(try #require(service.stopDuration) < .seconds(3))
    #expect(try directory.names() == ["lock"])
  }

  @Test func stopsWhileNoBrokerAnswers() async throws {
    // Nobody listens on port 1.
    let service = try start("127.0.0.1:1")
    try await eventually("it asks the brokers") { service.isAtWork }
    try await service.stop()
    #expect(try #require(service.stopDuration) < .seconds(3))
  }
}
