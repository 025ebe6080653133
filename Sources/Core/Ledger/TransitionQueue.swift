/// The windows that have still to open, close or become final, by when the watermark takes them there.
struct TransitionQueue {
  struct Key: Hashable {
    let window: Int32
    let bounds: WindowBounds
  }

  private var heap = TimeHeap<Key>()
  private var known: Set<Key> = []

  /// Enters a window that has just got its first cell.
  mutating func register(_ key: Key, in window: Catalogue.Window, watermark: Int64) {
    if key.bounds.end == WindowBounds.latest || known.contains(key) { return }
    guard let time = Self.next(key.bounds, window, after: watermark) else { return }
    heap.push(key, at: time)
    known.insert(key)
  }

  /// Takes the windows whose state changes as the watermark reaches `watermark`, each once.
  mutating func advance(to watermark: Int64, window: (Int32) -> Catalogue.Window) -> [Key] {
    var changed: [Key] = []
    while let key = heap.pop(upTo: watermark) {
      if let time = Self.next(key.bounds, window(key.window), after: watermark) {
        heap.push(key, at: time)
      } else {
        known.remove(key)
      }
      changed.append(key)
    }
    return changed
  }

  /// When a window changes state next.
  private static func next(
    _ bounds: WindowBounds, _ window: Catalogue.Window, after watermark: Int64
  ) -> Int64? {
    if !window.isTiling {
      let opening = window.calendar.opening(of: bounds)
      if opening > watermark { return opening }
    }
    if bounds.end > watermark { return bounds.end }
    return bounds.end + window.graceMillis > watermark ? bounds.end + window.graceMillis : nil
  }
}
