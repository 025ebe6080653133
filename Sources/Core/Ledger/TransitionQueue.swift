/// The windows that have still to open, close or become final, by when the watermark takes them there.
struct TransitionQueue {
  struct Key: Hashable {
    let window: Int32
    let bounds: WindowBounds
  }

  private var heap = TimeHeap<Key>()
  /// The windows in the heap, each with the starts of panes that it is the last window over and whose windows have all
  /// been entered.
  private var known: [Key: [Int64]] = [:]

  /// Enters the windows over a pane that has just got its first cell, of an overlapping kind, by their end.
  mutating func register(
    _ windows: [WindowBounds], over pane: Int64, of number: Int32, in window: Catalogue.Window,
    watermark: Int64
  ) {
    guard let last = windows.last.map({ Key(window: number, bounds: $0) }),
      known[last]?.contains(pane) != true
    else { return }
    for bounds in windows {
      register(Key(window: number, bounds: bounds), in: window, watermark: watermark)
    }
    known[last]?.append(pane)
  }

  /// Enters a window that has just got its first cell.
  mutating func register(_ key: Key, in window: Catalogue.Window, watermark: Int64) {
    if key.bounds.end == WindowBounds.latest || known[key] != nil { return }
    guard let time = Self.next(key.bounds, window, after: watermark) else { return }
    heap.push(key, at: time)
    known[key] = []
  }

  /// Takes the windows whose state changes as the watermark reaches `watermark`, each once.
  mutating func advance(to watermark: Int64, window: (Int32) -> Catalogue.Window) -> [Key] {
    var changed: [Key] = []
    while let key = heap.pop(upTo: watermark) {
      if let time = Self.next(key.bounds, window(key.window), after: watermark) {
        heap.push(key, at: time)
      } else {
        known[key] = nil
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
