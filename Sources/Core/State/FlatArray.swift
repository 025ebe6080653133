/// A growable array of plain old data outside Swift's reference counting: the building block of all live state.
///
/// Elements are reached through `base` without bounds or exclusivity checks, so only code that has established
/// `index < count` may use it. Growth doubles; nothing is allocated until the first append.
struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var count: Int
  private var capacity: Int

  init() {
    base = UnsafeMutablePointer(bitPattern: MemoryLayout<Element>.alignment)!
    count = 0
    capacity = 0
  }

  init(repeating element: Element, count: Int) {
    base = UnsafeMutablePointer.allocate(capacity: max(count, 1))
    base.initialize(repeating: element, count: count)
    self.count = count
    capacity = max(count, 1)
  }

  deinit {
    if capacity > 0 { base.deallocate() }
  }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index >= 0 && index < count, "a flat array was read outside its bounds")
      return base[index]
    }
    @inline(__always) set {
      assert(index >= 0 && index < count, "a flat array was written outside its bounds")
      base[index] = newValue
    }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(to: count + 1) }
    base[count] = element
    count += 1
  }

  /// Appends `added` elements without giving them a value and returns where they begin.
  @inline(__always)
  mutating func appendUninitialized(_ added: Int) -> UnsafeMutablePointer<Element> {
    if count + added > capacity { grow(to: count + added) }
    let place = base + count
    count += added
    return place
  }

  /// Makes room for so many elements in all.
  mutating func reserve(_ needed: Int) {
    if needed > capacity { grow(to: needed) }
  }

  mutating func append(repeating element: Element, count added: Int) {
    appendUninitialized(added).initialize(repeating: element, count: added)
  }

  mutating func append(contentsOf source: UnsafeBufferPointer<Element>) {
    guard let start = source.baseAddress, source.count > 0 else { return }
    appendUninitialized(source.count).initialize(from: start, count: source.count)
  }

  /// Forgets all elements and keeps the memory.
  mutating func removeAll() { count = 0 }

  /// Shortens the array to `newCount` elements.
  mutating func truncate(to newCount: Int) {
    precondition(newCount <= count, "a flat array can only be truncated to fewer elements")
    count = newCount
  }

  private mutating func grow(to needed: Int) {
    let size = max(needed, capacity < 4 ? 4 : capacity * 2)
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: size)
    moved.moveInitialize(from: base, count: count)
    if capacity > 0 { base.deallocate() }
    base = moved
    capacity = size
  }

  /// Memory that is allocated, in bytes.
  var byteCount: Int { capacity * MemoryLayout<Element>.stride }

  var buffer: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: count) }
}
