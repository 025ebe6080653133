/// A priority queue that gives the earliest element first.
struct MinimumHeap<Element: Timed & Sendable>: Sendable {
  private var elements: [Element] = []

  var first: Element? { elements.first }

  private static func precedes(_ left: Element, _ right: Element) -> Bool {
    left.time != right.time ? left.time < right.time : left.order < right.order
  }

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.precedes(element, elements[parent]) else { break }
      elements[child] = elements[parent]
      child = parent
    }
    elements[child] = element
  }

  mutating func removeFirst() -> Element? {
    guard let first = elements.first, let moved = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return first }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < elements.count else { break }
      if child + 1 < elements.count, Self.precedes(elements[child + 1], elements[child]) { child += 1 }
      guard Self.precedes(elements[child], moved) else { break }
      elements[parent] = elements[child]
      parent = child
    }
    elements[parent] = moved
    return first
  }
}
