import ArgumentParser
import Catalogue
import Core
import Foundation
import Logging
import Service

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Runs the core on a file of events and prints updates, one JSON object a line.")

  @Argument(help: "A file with one record a line, or - for standard input.")
  var file: String

  @Option(help: "The configuration; without it the built-in catalogue in UTC.")
  var config: String?

  @Flag(help: "Prints only the last value of each key.")
  var final = false

  @Option(help: "The wall clock, RFC 3339; default is the present time.")
  var now: String?

  @Option(help: "Records in a batch, 1 or more.")
  var batch = 10_000

  @Option(help: "Partitions to spread the events over, 1 to 1024.")
  var partitions = 1

  @OptionGroup var logging: LoggingOptions

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch \(batch) is out of range; write 1 or more") }
    if !(1...1_024).contains(partitions) {
      throw ValidationError("--partitions \(partitions) is out of range; write 1 to 1024")
    }
  }

  func run() throws {
    try Exit.running {
      let logger = logging.logger()
      let configuration =
        try config.map { try ConfigurationOption.load($0) }
        ?? Configuration(kafka: KafkaSettings(brokers: ["none"]), input: InputSettings(topics: ["events"]))
      var options = ReplayService.Options(nowMillis: try nowMillis())
      options.finalOnly = final
      options.batchSize = batch
      options.partitionCount = partitions
      let summary = try StandardOutput.collecting { output in
        try ReplayService(configuration: configuration, options: options, logger: logger) {
          try output.writeLine($0)
        }.run(path: file)
      }
      logger.notice("replayed", metadata: Self.metadata(summary))
    }
  }

  private func nowMillis() throws -> Int64 {
    guard let now else { return WallClock.nowMillis() }
    let bytes = Array(now.utf8)
    guard let instant = bytes.withUnsafeBufferPointer({ RFC3339.parseInstant($0) }),
      0...PartitionTask.latestTime ~= instant
    else {
      throw ServiceFault(
        .usage, "--now \(now) is no time from 1970 to 2200", remedy: "write it like 2026-11-24T01:10:17Z")
    }
    return instant
  }

  private static func metadata(_ summary: ReplayService.Summary) -> Logger.Metadata {
    [
      "read": "\(summary.books.read)", "counted": "\(summary.books.counted)",
      "duplicate": "\(summary.books.duplicate)", "late": "\(summary.books.late)",
      "filtered": "\(summary.books.filtered)", "rejected": "\(summary.books.rejected)",
      "updates": "\(summary.updateCount)",
    ]
  }
}
