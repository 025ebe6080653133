import ArgumentParser
import Bench
import Foundation

/// What `ingest` and `catalogue` have in common.
struct BenchIngestOptions: ParsableArguments {
  @Option(help: "Events in the topic: 1,000,000 by default, 150,000 on the embedded broker.")
  var events: Int?

  @Flag(inversion: .prefixedNo, help: "Measures the least that a process must do with the topic.")
  var limit = true

  @Option(
    help: """
      Another program to compare with, run as PATH combine BROKERS TOPIC EVENTS PARTITIONS; it reads that many \
      events and prints a JSON object with wall_s.
      """)
  var limitProgram: String?

  @OptionGroup var runs: BenchRunOptions
  @OptionGroup var broker: BenchBrokerOptions

  private static let eventsByDefault = 1_000_000
  private static let embeddedEventsByDefault = 150_000

  func validate() throws {
    if let events, !(1_000...1_000_000_000).contains(events) {
      throw ValidationError("--events \(events) is not from 1000 to 1000000000")
    }
  }

  func run(_ subject: IngestBench.Subject) throws {
    try Exit.running {
      try broker.measuring { broker, directory, patience in
        var bench = IngestBench(
          subject,
          events: events ?? (broker.isEmbedded ? Self.embeddedEventsByDefault : Self.eventsByDefault),
          rounds: runs.rounds, seed: runs.seed, broker: broker, directory: directory, patience: patience)
        bench.measuresLimit = limit
        bench.limitProgram = limitProgram
        try BenchOutput.print(try bench.run(note: BenchOutput.note), IngestBench.table)
      }
    }
  }
}

struct BenchIngestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract:
      "Measures how fast the daemon reads a topic to its end, beside the least that a process must do.",
    discussion: """
      The topic is filled with flat JSON of about 260 bytes: 280 events for each second of event time, up to 5 s \
      out of order, of 1,000 reps and 5 kinds. Then, in turn, each in a process of its own and with a group of \
      its own:

      limit: consumes, decodes five members and makes one access to a hash table for each event; publishes \
      nothing, keeps nothing, is not safe.
      J1: `nadi run`, exactly once, snapshots every 5 s, published every second: the number of events and the \
      amount of won deals by rep, kind and minute.
      J1, duplicates dropped: the same, where an event whose id was seen within an hour does not count.
      J2: count, win rate and deal size by rep, team, region and company, in minutes, hours, days, months, \
      quarters and years.

      The daemon's time begins when it has its partitions and ends when its offsets are committed, as another \
      client sees them; its CPU seconds and peak memory are of the whole process until then. The limit's time \
      begins with the first record. Afterwards the counts that were published must add up to all events, else the \
      run is a failure; the embedded broker does not keep the output, so that there only the daemon's own books \
      are compared.
      """)

  @OptionGroup var options: BenchIngestOptions

  func run() throws { try options.run(.ingest) }
}

struct BenchCatalogueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalogue",
    abstract: "Measures the same as ingest with the whole built-in catalogue on what a CRM sends.",
    discussion: """
      The topic is filled with CloudEvents of about 420 bytes: nine of ten are activities, which are a stream; \
      the tenth is a change of one of some 20,000 opportunities, whose former contribution is taken back. The \
      daemon keeps the whole built-in catalogue in its default windows and scopes, drops duplicates, and runs as \
      it does for ingest.
      """)

  @OptionGroup var options: BenchIngestOptions

  func run() throws { try options.run(.catalogue) }
}

struct BenchLimitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limit",
    abstract: "Reads a topic doing no more than it must, and prints what it took; ingest runs this.")

  @Option(help: "host:port of one or more brokers.")
  var brokers: String

  @Option(help: "The topic.")
  var topic: String

  @Option(help: "Its partitions.")
  var partitions: Int

  @Option(help: "How many events to read, from the beginning of each partition.")
  var events: Int

  @OptionGroup var properties: PropertyOptions

  func run() throws {
    try Exit.running {
      let result = try LimitLoop(
        brokers: brokers, topic: topic, partitions: partitions, events: events,
        properties: properties.settings
      ).run()
      try BenchOutput.printJSON(result)
    }
  }
}
