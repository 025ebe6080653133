import Foundation
import Kafka
import Service

/// What published numbers must add up to, so that nothing is measured that is wrong.
struct OutputCheck {
  private struct Figures: Decodable { let n: Int }

  /// The metric and scope, as keys of updates begin: `metric|scope|`.
  let prefix: String
  /// The window's name.
  let window: String

  /// Adds up `n` of the last value of each key.
  ///
  /// - Throws: `ServiceFault` when that is not `count`.
  func run(_ broker: BenchBroker, topic: String, count: Int, _ patience: Patience) throws {
    let reader = try OutputReader(broker, topic: topic, partitions: broker.partitions)
    let (begin, middle) = (Array(prefix.utf8), Array("|\(window)|".utf8))
    var last: [[UInt8]: Int] = [:]
    let decoder = JSONDecoder()
    try reader.readAll(patience) { record in
      guard record.key.starts(with: begin), Self.contains(record.key, middle), !record.isTombstone else {
        return
      }
      last[Array(record.key)] = try decoder.decode(Figures.self, from: Data(record.value)).n
    }
    let total = last.values.reduce(0, +)
    guard total == count else {
      throw ServiceFault(
        .dataError,
        "the \(last.count) published cells of \(prefix)…|\(window) count \(total) events, not \(count)",
        remedy: "report it: the numbers are wrong, so what was measured is worth nothing")
    }
  }

  private static func contains(_ bytes: UnsafeRawBufferPointer, _ part: [UInt8]) -> Bool {
    guard bytes.count >= part.count else { return false }
    return (0...bytes.count - part.count).contains { bytes[$0..<$0 + part.count].elementsEqual(part) }
  }
}
