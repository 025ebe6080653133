import ArgumentParser
import Catalogue
import Foundation
import Logging
import Service

struct DlqCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dlq", abstract: "Lists dead letters, or sends them to their topics again.",
    subcommands: [List.self, Replay.self])

  struct Selection: ParsableArguments {
    @Option(help: "The configuration of the daemon.")
    var config: String

    @Option(help: "Only letters with this reason, such as not_json.")
    var reason: String?

    @Option(help: "Only this partition of the dead-letter topic.")
    var partition: Int32?

    @Option(help: "Only this offset of the dead-letter topic.")
    var offset: Int64?

    @Option(help: "At most so many.")
    var limit = 1_000_000

    var filter: LetterFilter { LetterFilter(reason: reason, partition: partition, offset: offset) }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls", abstract: "Prints dead letters, one JSON object a line.")

    @OptionGroup var selection: Selection
    @Flag(help: "Also the key and the value, which may be a customer's data.")
    var payload = false
    @OptionGroup var logging: LoggingOptions

    func run() throws {
      try Exit.running {
        let configuration = try ConfigurationOption.load(selection.config)
        try StandardOutput.collecting { output in
          var count = 0
          try DeadLetterReader(configuration: configuration, logger: logging.logger())
            .read(selection.filter) { letter in
              try JSONEncoder().encode(LetterLine(letter, hasPayload: payload)).withUnsafeBytes {
                try output.writeLine($0)
              }
              count += 1
              return count < selection.limit
            }
        }
      }
    }
  }

  struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Produces dead letters again to the topics they came from.",
      discussion: """
        Do it after the cause is corrected, or they come back. They go to the partitions they came from, with their \
        own timestamps, except for from_the_future, which is judged by the time of now. Events that counted before \
        are dropped by their id within duplicate_horizon, and rows take the same write twice without effect. Letters \
        that have no room for the whole record are left out. Without --execute it only says how many there are.
        """)

    @OptionGroup var selection: Selection
    @Flag(help: "Really produces them.")
    var execute = false
    @OptionGroup var logging: LoggingOptions

    func run() throws {
      try Exit.running {
        let configuration = try ConfigurationOption.load(selection.config)
        let logger = logging.logger()
        let replay = execute ? try DeadLetterReplay(configuration: configuration, logger: logger) : nil
        var (count, cutCount) = (0, 0)
        try DeadLetterReader(configuration: configuration, logger: logger).read(selection.filter) { letter in
          guard DeadLetterReplay.isWhole(letter) else {
            cutCount += 1
            return true
          }
          try replay?.replay(letter)
          count += 1
          return count < selection.limit
        }
        try replay?.finish()
        let rest = cutCount > 0 ? "; \(cutCount) are left out, because they lack a part of their record" : ""
        try StandardOutput.print(
          "\(count) dead letters \(execute ? "were" : "would be") produced again\(rest)")
      }
    }
  }
}

/// A dead letter as a line of JSON; bytes that are no UTF-8 are shown as replacement characters.
private struct LetterLine: Encodable {
  var partition: Int32
  var offset: Int64
  var timestampMillis: Int64
  var reason: String
  var message: String
  var sourceTopic: String
  var sourcePartition: Int32
  var sourceOffset: Int64
  var sourceTimestampMillis: Int64
  var bytes: Int
  var cutBytes: Int
  var key: String?
  var value: String?

  init(_ letter: StoredLetter, hasPayload: Bool) {
    (partition, offset, timestampMillis) = (letter.partition, letter.offset, letter.timestampMillis)
    (reason, message) = (letter.reason, letter.message)
    (sourceTopic, sourcePartition) = (letter.sourceTopic, letter.sourcePartition)
    sourceOffset = letter.sourceOffset
    sourceTimestampMillis = letter.sourceTimestampMillis
    (bytes, cutBytes) = (letter.value?.count ?? 0, letter.cutByteCount)
    guard hasPayload else { return }
    key = letter.key.map { String(decoding: $0, as: UTF8.self) }
    value = letter.value.map { String(decoding: $0, as: UTF8.self) }
  }
}
