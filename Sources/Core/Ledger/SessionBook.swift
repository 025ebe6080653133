/// The sessions that were published, by whose they are, and when they close and become final.
///
/// Sessions are found anew from the panes that changed; what was published of them before tells which are to be
/// withdrawn. Nothing counts as published until `confirm`.
struct SessionBook {
  /// Whose sessions: a window kind of a group, and a cell's ids.
  struct Key: Hashable {
    let group: Int
    let cell: CellKey

    /// - Parameter cell: any cell of these ids and window kind; its bounds do not matter.
    init(group: Int, _ cell: CellContext) {
      self.group = group
      self.cell = cell.moved(to: .all).key
    }
  }

  struct Due {
    let key: Key
    let cell: CellContext
  }

  private struct Entry {
    /// Some cell of the key, to take the ids from.
    let cell: CellContext
    /// Ascending, apart.
    var sessions: [WindowBounds]
  }

  private var published: [Key: Entry] = [:]
  private var staged: [Key: Entry] = [:]
  private var heap = TimeHeap<Due>()
  /// Sessions whose state changed by the watermark alone since the last `confirm`.
  private(set) var due: [Due] = []

  /// The published sessions of a key that begin before `end` and end after `start`.
  func sessions(of key: Key, from start: Int64, to end: Int64) -> [WindowBounds] {
    (published[key]?.sessions ?? []).filter { $0.start < end && $0.end > start }
  }

  mutating func beginPublication() { staged.removeAll(keepingCapacity: true) }

  /// Notes that sessions took the place of others.
  mutating func stage(_ key: Key, _ cell: CellContext, removed: [WindowBounds], added: [WindowBounds]) {
    var entry = staged[key] ?? published[key] ?? Entry(cell: cell, sessions: [])
    entry.sessions.removeAll { removed.contains($0) || added.contains($0) }
    entry.sessions.append(contentsOf: added)
    entry.sessions.sort { $0.start < $1.start }
    staged[key] = entry
  }

  /// Whether a session that is due is still there as it was.
  func isCurrent(_ due: Due) -> Bool {
    (staged[due.key] ?? published[due.key])?.sessions.contains(due.cell.bounds) ?? false
  }

  /// Takes what was staged as published.
  mutating func confirm(watermark: Int64, graceMillis: (Int32) -> Int64) {
    due.removeAll(keepingCapacity: true)
    for (key, entry) in staged {
      let before = published[key]?.sessions ?? []
      for session in entry.sessions where !before.contains(session) {
        let cell = entry.cell.moved(to: session)
        let times = [session.end, session.end + graceMillis(cell.window)].filter { $0 > watermark }
        for time in times { heap.push(Due(key: key, cell: cell), at: time) }
      }
      published[key] = entry.sessions.isEmpty ? nil : entry
    }
    staged.removeAll(keepingCapacity: true)
  }

  /// Collects the sessions that the watermark closes or makes final.
  mutating func advance(to watermark: Int64) {
    while let found = heap.pop(upTo: watermark) {
      if published[found.key]?.sessions.contains(found.cell.bounds) ?? false { due.append(found) }
    }
  }

  /// Where the earliest session begins that ends after a limit, or `Int64.max`.
  func earliestStart(endingAfter limit: Int64, window: Int32) -> Int64 {
    var earliest = Int64.max
    for (key, entry) in published where key.cell.window == window {
      for session in entry.sessions where session.end > limit { earliest = min(earliest, session.start) }
    }
    return earliest
  }

  /// Sessions of a window that end at or before a limit.
  func expired(window: Int32, limit: Int64) -> [Due] {
    published.flatMap { key, entry in
      key.cell.window == window
        ? entry.sessions.filter { $0.end <= limit }.map { Due(key: key, cell: entry.cell.moved(to: $0)) } : []
    }
  }

  mutating func expire(window: Int32, limit: Int64) {
    for key in published.keys.filter({ $0.cell.window == window }) {
      published[key]?.sessions.removeAll { $0.end <= limit }
      if published[key]?.sessions.isEmpty ?? false { published[key] = nil }
    }
  }
}
