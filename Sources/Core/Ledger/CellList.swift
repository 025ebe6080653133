/// Cells to publish, each once, in the order in which they were found.
struct CellList {
  private(set) var cells: [CellContext] = []
  private var known: Set<CellKey> = []

  mutating func append(_ cell: CellContext) {
    if known.insert(cell.key).inserted { cells.append(cell) }
  }
}

/// Cells of metrics that are published at intervals and wait for the next one.
struct DeferredCells {
  private struct Key: Hashable {
    let metric: Int
    let cell: CellKey
  }

  private var cells: [Key: CellContext] = [:]

  mutating func append(_ metric: Int, _ cell: CellContext) {
    cells[Key(metric: metric, cell: cell.key)] = cell
  }

  /// Whether anything waits for some metrics.
  func contains(where isDue: (Int) -> Bool) -> Bool { cells.keys.contains { isDue($0.metric) } }

  /// What waits for some metrics, in a fixed order.
  func cells(of isDue: (Int) -> Bool) -> [(metric: Int, cell: CellContext)] {
    cells.filter { isDue($0.key.metric) }.map { ($0.key.metric, $0.value) }.sorted {
      ($0.0, $0.1.start, $0.1.scope, $0.1.first, $0.1.second) < (
        $1.0, $1.1.start, $1.1.scope, $1.1.first, $1.1.second
      )
    }
  }

  mutating func removeAll(of isDue: (Int) -> Bool) { cells = cells.filter { !isDue($0.key.metric) } }
}
