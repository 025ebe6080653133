/// Which figures of lines are shown to people, and under which heads.
public struct BenchTable: Sendable {
  /// Name of the figure, head of the column, width.
  typealias Column = (name: String, head: String, width: Int)

  private let columns: [Column]
  private static let jobWidth = 26

  init(_ columns: [Column]) { self.columns = columns }

  /// The line above the others.
  public var head: String { Self.row("job", columns.map { ($0.head, $0.width) }) }

  /// One job.
  public func row(_ line: BenchLine) -> String {
    Self.row(line.cell("job"), columns.map { (line.cell($0.name), $0.width) })
  }

  private static func row(_ job: String, _ cells: [(text: String, width: Int)]) -> String {
    padded(job)
      + cells.map { String(repeating: " ", count: max(1, $0.width - $0.text.count)) + $0.text }.joined()
  }

  private static func padded(_ job: String) -> String {
    job + String(repeating: " ", count: max(0, jobWidth - job.count))
  }
}
