import Foundation
import Kafka
import Service
import Simulator

/// Lets the simulated organisation work and writes what it does to the input topic.
struct DemoFeed: Sendable {
  let brokers: String
  let topic: String
  let seed: UInt64
  let pace: DemoPace
  let board: DemoBoard

  /// The mock broker keeps 5 MiB of a partition, so the daemon must not fall further behind than this.
  private static let lagMax: UInt64 = 30_000
  private static let stepSeconds = 0.01

  /// Works until told to stop; returns when every record is delivered.
  func run() throws {
    let producer = try KafkaProducer(
      brokers: brokers, transactionalIdentifier: nil, settings: [("partitioner", "murmur2_random")]
    ) { _, facility, text in board.access { $0.note("producer: \(facility): \(text)") } }
    let topic = try producer.topic(topic)
    var pace = pace
    var simulation = Simulation(SimulatorSettings(seed: seed, start: pace.clock))
    var produced: UInt64 = 0
    while board.access({ $0.order < .stopFeed }) {
      let lag = board.access { state in
        state.produced = produced
        state.simulatedTime = pace.clock
        return state.lag
      }
      pace.advance(now: WallClock.nowMillis(), isHeld: lag > Self.lagMax)
      for record in simulation.next(until: pace.clock) {
        try send(record, topic, producer)
        produced += 1
      }
      _ = producer.poll()
      Thread.sleep(forTimeInterval: Self.stepSeconds)
    }
    try producer.flush(timeoutMillis: 10_000)
    board.access { $0.produced = produced }
  }

  private func send(_ record: SimulatedRecord, _ topic: KafkaTopic, _ producer: KafkaProducer) throws {
    try record.key.withUnsafeBytes { key in
      try record.value.withUnsafeBytes { value in
        try producer.produce(
          topic, key: key, value: value, timestampMillis: record.arrivalAt, headers: nil)
      }
    }
  }
}
