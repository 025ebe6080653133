/// A priority queue by time, earliest first.
struct TimeHeap<Element> {
  private var heap: [(time: Int64, element: Element)] = []

  mutating func push(_ element: Element, at time: Int64) {
    heap.append((time, element))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[parent].time <= heap[child].time { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  /// Removes and returns the earliest element if its time is not after `limit`.
  mutating func pop(upTo limit: Int64) -> Element? {
    guard let first = heap.first, first.time <= limit else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count {
        if heap[child].time < heap[least].time { least = child }
      }
      if least == parent { return first.element }
      heap.swapAt(least, parent)
      parent = least
    }
  }
}
