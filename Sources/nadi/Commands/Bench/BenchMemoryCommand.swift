import ArgumentParser
import Bench
import Foundation

struct BenchMemoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory", abstract: "Measures how much memory cells and rows take, without Kafka.",
    discussion: """
      Cells are those of J1: a count and a sum for each of 1,000 reps, 5 kinds and as many minutes as it takes. \
      Rows have ten fields, six of them text. Everything is published once in a while, into nothing. resident \
      bytes each is what the process grew by in the system's eyes, divided by the cells or rows that were added; \
      of state is what the engine itself says of its memory.
      """)

  @Option(help: "Cells; may be given again. 1,000,000 and 10,000,000 by default.")
  var cells: [Int] = []

  @Option(help: "Rows; may be given again. 1,000,000 by default.")
  var rows: [Int] = []

  private static let cellsByDefault = [1_000_000, 10_000_000]
  private static let rowsByDefault = [1_000_000]

  func validate() throws {
    for count in cells + rows where !(20_000...1_000_000_000).contains(count) {
      throw ValidationError("\(count) is not from 20000 to 1000000000")
    }
  }

  func run() throws {
    try Exit.running {
      var lines: [BenchLine] = []
      let isDefault = cells.isEmpty && rows.isEmpty
      for count in isDefault ? Self.cellsByDefault : cells {
        lines.append(contentsOf: try InnerProcess.lines(.cells, ["--count", "\(count)"]))
      }
      for count in isDefault ? Self.rowsByDefault : rows {
        lines.append(contentsOf: try InnerProcess.lines(.rows, ["--count", "\(count)"]))
      }
      try BenchOutput.print(lines, MemoryBench.table)
    }
  }
}
