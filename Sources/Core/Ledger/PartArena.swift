/// Memory for the parts of gathered rows, in blocks that stay where they are until all is forgotten.
struct PartArena {
  private var blocks: [UnsafeMutableBufferPointer<GatheredRows.Part>] = []
  private var block = 0
  private var start = 0
  private var count = 0

  private static let blockSize = 1_024

  mutating func removeAll() { (block, start, count) = (0, 0, 0) }

  /// Begins a run of parts.
  mutating func begin() {
    start += count
    count = 0
  }

  @inline(__always)
  mutating func append(_ part: GatheredRows.Part) {
    if block == blocks.count || start + count == blocks[block].count { moveToNextBlock() }
    (blocks[block].baseAddress! + start + count).initialize(to: part)
    count += 1
  }

  /// Parts of the run since `begin`, and one of them.
  var runCount: Int { count }
  func ofRun(_ place: Int) -> GatheredRows.Part { blocks[block][start + place] }

  /// The run since `begin`, which lies in one block.
  mutating func end() -> UnsafeMutableBufferPointer<GatheredRows.Part> {
    guard count > 0 else { return UnsafeMutableBufferPointer(start: nil, count: 0) }
    return UnsafeMutableBufferPointer(rebasing: blocks[block][start..<start + count])
  }

  @inline(never)
  private mutating func moveToNextBlock() {
    let isFirst = block == blocks.count
    var next = isFirst ? block : block + 1
    // A run that fills a whole block needs a larger one.
    let size = max(Self.blockSize, count * 2)
    while next < blocks.count, blocks[next].count < size { next += 1 }
    if next == blocks.count { blocks.append(.allocate(capacity: size)) }
    for place in 0..<count { blocks[next].initializeElement(at: place, to: blocks[block][start + place]) }
    (block, start) = (next, 0)
  }

  func free() {
    for block in blocks { block.deallocate() }
  }
}
