/// The rows of one key in the panes that were looked at; overlapping windows share most of theirs.
struct PaneCache: ~Copyable {
  private struct Entry: BitwiseCopyable {
    var group = -1
    var window: Int32 = -1
    var start: Int64 = 0
    var first = 0
    var count = 0
  }

  /// By a few bits of the pane; more than the panes of a window and its neighbours.
  private let entries: UnsafeMutablePointer<Entry>
  private var parts: [GatheredRows.Part] = []
  private var isEmpty = true

  private static let entryCount = 512

  init() {
    entries = .allocate(capacity: Self.entryCount)
    entries.initialize(repeating: Entry(), count: Self.entryCount)
  }

  deinit { entries.deallocate() }

  private func entry(_ group: Int, _ window: Int32, _ start: Int64) -> UnsafeMutablePointer<Entry> {
    let hash = Hashing.combine(
      UInt64(group) << 32 ^ UInt64(UInt32(bitPattern: window)), UInt64(bitPattern: start))
    return entries + Int(hash % UInt64(Self.entryCount))
  }

  /// Appends the rows of a pane that was looked at, and says whether it was.
  func append(_ group: Int, _ window: Int32, _ start: Int64, to run: inout PartArena) -> Bool {
    let known = entry(group, window, start)
    guard known.pointee.group == group, known.pointee.window == window, known.pointee.start == start else {
      return false
    }
    for place in 0..<known.pointee.count { run.append(parts[known.pointee.first + place]) }
    return true
  }

  /// Remembers what a pane's rows are: the run's parts from a place on.
  mutating func note(_ group: Int, _ window: Int32, _ start: Int64, _ run: PartArena, from place: Int) {
    isEmpty = false
    entry(group, window, start).pointee = Entry(
      group: group, window: window, start: start, first: parts.count, count: run.runCount - place)
    for part in place..<run.runCount { parts.append(run.ofRun(part)) }
  }

  mutating func removeAll() {
    guard !isEmpty else { return }
    isEmpty = true
    entries.update(repeating: Entry(), count: Self.entryCount)
    parts.removeAll(keepingCapacity: true)
  }
}
