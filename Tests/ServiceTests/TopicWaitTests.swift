import Testing

@testable import Service

@Suite struct TopicWaitTests {
  @Test func startsWhenTheInputAppears() async throws {
    let broker = try TestBroker(hasInput: false)
    let directory = try TemporaryDirectory()
    let service = RunningService(
      try Configurations.make(brokers: broker.cluster.bootstrap, directory: directory.path))
    try await eventually("it waits") {
      !service.recorder.lines(containing: "waiting for the input topic").isEmpty
    }
    try broker.createInput()
    try broker.send([Input.call("c1", rep: "rep-1", at: "2025-03-03T01:00:00Z")])
    try await service.finish(afterReading: 1)
    #expect(service.status.books.counted == 1)
    #expect(service.recorder.lines(containing: "waiting for the input topic").count == 1, "it says so once")
  }

  @Test func stopsWhileItWaitsForTheInput() async throws {
    let broker = try TestBroker(hasInput: false)
    let directory = try TemporaryDirectory()
    let service = RunningService(
      try Configurations.make(brokers: broker.cluster.bootstrap, directory: directory.path))
    try await eventually("it waits") {
      !service.recorder.lines(containing: "waiting for the input topic").isEmpty
    }
    let start = ContinuousClock.now
    try await service.stop()
    #expect(ContinuousClock.now - start < .seconds(3))
    #expect(try directory.names() == ["lock"])
  }

  @Test func stopsWhileNoBrokerAnswers() async throws {
    let broker = try TestBroker()
    try broker.cluster.setBroker(1, isUp: false)
    let directory = try TemporaryDirectory()
    let service = RunningService(
      try Configurations.make(brokers: broker.cluster.bootstrap, directory: directory.path))
    // The thread holds the directory's lock from before it first asks the brokers.
    try await eventually("it has begun") { try directory.names() == ["lock"] }
    let start = ContinuousClock.now
    try await service.stop()
    #expect(ContinuousClock.now - start < .seconds(3))
  }
}
