/// The windows that have still to close or become final, by when the watermark takes them there.
struct TransitionQueue {
  struct Key: Hashable {
    let window: Int32
    let start: Int64
  }

  private struct Entry {
    let time: Int64
    let key: Key
    let end: Int64
  }

  /// A binary heap, earliest first.
  private var heap: [Entry] = []
  private var known: Set<Key> = []

  var count: Int { heap.count }

  /// Enters a window that has just got its first cell.
  mutating func register(_ key: Key, end: Int64, graceMillis: Int64, watermark: Int64) {
    if end == WindowBounds.latest || known.contains(key) { return }
    if watermark < end {
      push(Entry(time: end, key: key, end: end))
      known.insert(key)
    } else if watermark < end + graceMillis {
      push(Entry(time: end + graceMillis, key: key, end: end))
      known.insert(key)
    }
  }

  /// Takes the windows whose state changes as the watermark reaches `watermark`, each once.
  mutating func advance(to watermark: Int64, graceMillis: (Int32) -> Int64) -> [Key] {
    var changed: [Key] = []
    while let first = heap.first, first.time <= watermark {
      pop()
      let finality = first.end + graceMillis(first.key.window)
      if finality > watermark {
        push(Entry(time: finality, key: first.key, end: first.end))
      } else {
        known.remove(first.key)
      }
      changed.append(first.key)
    }
    return changed
  }

  private mutating func push(_ entry: Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[parent].time <= heap[child].time { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func pop() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count {
        if heap[child].time < heap[least].time { least = child }
      }
      if least == parent { return }
      heap.swapAt(least, parent)
      parent = least
    }
  }
}
