/// Counts and sums by rep, kind and minute in one flat hash table without output, without order and without
/// safety: the least that any program must do for each event once it is decoded.
struct LimitTable: ~Copyable {
  /// A key is the hash of what it stands for, so two that collide are taken for one; 0 is an empty place.
  struct Cell: BitwiseCopyable {
    var key: UInt64 = 0
    var count: Int64 = 0
    /// Ten-thousandths.
    var sum: Int64 = 0
  }

  private let cells: UnsafeMutablePointer<Cell>
  private let mask: Int
  private(set) var cellCount = 0

  /// - Parameter capacity: a power of two, of which cells may use at most half.
  init(capacity: Int = 1 << 20) {
    precondition(capacity & (capacity - 1) == 0, "The capacity is a power of two.")
    cells = .allocate(capacity: capacity)
    cells.initialize(repeating: Cell(), count: capacity)
    mask = capacity - 1
  }

  deinit { cells.deallocate() }

  /// Adds one event.
  ///
  /// - Parameters:
  ///   - time: RFC 3339; its first 16 bytes name the minute.
  ///   - amount: counted when `isWon`.
  @inline(__always)
  mutating func add(
    rep: UnsafeRawBufferPointer, kind: UnsafeRawBufferPointer, time: UnsafeRawBufferPointer, amount: Double,
    isWon: Bool
  ) {
    let minute = UnsafeRawBufferPointer(rebasing: time.prefix(16))
    let key = Self.mix(Self.mix(Self.mix(1, rep), kind), minute) | 1
    var place = Int(truncatingIfNeeded: key) & mask
    while cells[place].key != 0, cells[place].key != key { place = (place + 1) & mask }
    if cells[place].key == 0 {
      cells[place].key = key
      cellCount += 1
      precondition(cellCount <= mask / 2 + 1, "The table has room for every cell.")
    }
    cells[place].count += 1
    if isWon { cells[place].sum += Int64(amount * 10_000 + 0.5) }
  }

  /// The counts and sums of all cells together.
  var total: (count: Int64, sum: Int64) {
    (0...mask).reduce(into: (0, 0)) { total, place in
      total.0 += cells[place].count
      total.1 += cells[place].sum
    }
  }

  /// The count and sum of one cell; zeros when there is none.
  func cell(rep: String, kind: String, minute: String) -> (count: Int64, sum: Int64) {
    var key: UInt64 = 1
    for text in [rep, kind, minute] {
      key = Array(text.utf8).withUnsafeBytes { Self.mix(key, $0) }
    }
    key |= 1
    var place = Int(truncatingIfNeeded: key) & mask
    while cells[place].key != 0, cells[place].key != key { place = (place + 1) & mask }
    return (cells[place].count, cells[place].sum)
  }

  @inline(__always)
  private static func mix(_ seed: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = seed
    var place = 0
    while bytes.count - place >= 8 {
      hash = (hash ^ bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
      place += 8
    }
    let rest = bytes.count - place
    var word: UInt64 = 0
    for index in 0..<rest { word |= UInt64(bytes[place + index]) << UInt64(index * 8) }
    hash = (hash ^ word ^ UInt64(rest) << 56) &* 0x9E37_79B9_7F4A_7C15
    return hash ^ hash >> 32
  }
}
