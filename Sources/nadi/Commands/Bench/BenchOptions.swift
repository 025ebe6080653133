import ArgumentParser
import Bench
import Foundation
import Kafka
import Service

/// Librdkafka properties as `--property NAME=VALUE`.
struct PropertyOptions: ParsableArguments {
  @Option(
    name: .customLong("property"),
    help: "A property of librdkafka for all clients, as NAME=VALUE; may be given again.")
  var properties: [String] = []

  var settings: Settings {
    properties.map { text in
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
    }
  }

  func validate() throws {
    for text in properties where !text.contains("=") {
      throw ValidationError("--property \(text) has no value; write NAME=VALUE")
    }
  }
}

/// Which brokers are measured with.
struct BenchBrokerOptions: ParsableArguments {
  @Option(help: "host:port of one or more brokers; without it the one that librdkafka embeds.")
  var brokers: String?

  @Option(help: "Partitions of the topics that are made: 4 by default, 16 on the embedded broker.")
  var partitions: Int?

  @Flag(help: "Leaves the topics that were made.")
  var keepTopics = false

  @Option(help: "How long one wait may take, in seconds.")
  var timeout = 600.0

  @OptionGroup var properties: PropertyOptions

  func validate() throws {
    if let partitions, !(1...1_024).contains(partitions) {
      throw ValidationError("--partitions \(partitions) is not from 1 to 1024")
    }
    guard (1...86_400).contains(timeout) else {
      throw ValidationError("--timeout \(timeout) is not from 1 to 86400")
    }
  }

  /// Lends brokers and a directory for as long as something is measured, and clears up behind it.
  func measuring(_ body: (BenchBroker, String, Patience) throws -> Void) throws {
    let broker = try BenchBroker(brokers: brokers, partitions: partitions, properties: properties.settings)
    BenchOutput.note(broker.description)
    defer { clearUp(broker) }
    try BenchOutput.withDirectory { directory in
      let stop = StopSignals()
      try body(broker, directory, Patience(secondsMax: timeout) { stop.isRaised })
    }
  }

  private func clearUp(_ broker: BenchBroker) {
    if keepTopics {
      BenchOutput.note("kept topics: \(broker.keptTopics.joined(separator: ", "))")
    } else {
      for failure in broker.deleteTopics() { BenchOutput.note("could not delete topic \(failure)") }
    }
  }
}

/// What is printed: tables and JSON to standard output, sentences to standard error.
enum BenchOutput {
  static func note(_ text: String) {
    StandardStream.say("nadi bench: \(text)")
  }

  static func print(_ lines: [BenchLine], _ table: BenchTable) throws {
    let all = [table.head] + lines.map(table.row) + lines.map(\.json)
    try StandardOutput.print(all.joined(separator: "\n"))
  }

  static func printJSON(_ result: some Encodable) throws {
    try StandardOutput.print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }

  /// Lends a directory that is removed afterwards.
  static func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("nadi-bench-\(UUID())")
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw ServiceFault(
        .cannotCreate, "cannot create \(directory.path): \(error.localizedDescription)",
        remedy: "set TMPDIR to a directory that can be written")
    }
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory.path)
  }
}

/// How often something runs, and which events it gets.
struct BenchRunOptions: ParsableArguments {
  @Option(help: "Runs of each job; the figures are medians.")
  var rounds = 3

  @Option(help: "The seed of the events.")
  var seed: UInt64 = 20_261_124

  func validate() throws {
    guard (1...100).contains(rounds) else { throw ValidationError("--rounds \(rounds) is not from 1 to 100") }
  }
}
