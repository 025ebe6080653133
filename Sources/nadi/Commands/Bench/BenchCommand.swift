import ArgumentParser

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures what Nadi costs, on this machine and your brokers.",
    discussion: """
      Events are made from a seed before anything is measured. Whatever is measured runs in a process of its own; \
      its CPU seconds are those of all its threads, user and system, which on a busy machine say more than the \
      time that passed. Each job gives one line of a table and one line of JSON, in which every figure is the \
      median of the rounds.

      ingest, catalogue, latency and restart need brokers: give --brokers HOST:PORT to measure with yours. They \
      make topics whose names begin with nadi-bench-, and delete them at the end. Without --brokers they use the \
      broker that librdkafka embeds, which shows how it goes and is no measure of any broker. steady, memory, \
      snapshot and windows need none.
      """,
    subcommands: [
      BenchIngestCommand.self, BenchCatalogueCommand.self, BenchLatencyCommand.self, BenchRestartCommand.self,
      BenchSnapshotCommand.self, BenchMemoryCommand.self, BenchSteadyCommand.self, BenchWindowsCommand.self,
      BenchLimitCommand.self, BenchRestartStateCommand.self, BenchWithinCommand.self,
    ])
}
