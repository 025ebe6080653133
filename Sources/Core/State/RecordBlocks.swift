/// Records of one size in blocks that stay where they are: growing copies nothing and leaves little unused.
struct RecordBlocks: ~Copyable {
  /// Bytes of a record.
  let size: Int
  private(set) var count = 0
  private var blocks = FlatArray<UnsafeMutableRawPointer>()

  /// Blocks are whole pages of memory, as all sizes are multiples of four.
  private static let shift = 10
  private static let blockCount = 1 << shift

  init(size: Int) { self.size = size }

  deinit {
    for number in 0..<blocks.count { blocks.base[number].deallocate() }
  }

  /// Memory that is allocated, in bytes.
  var byteCount: Int { blocks.count * Self.blockCount * size + blocks.byteCount }

  /// The way to the records, valid until one is added or they are truncated.
  struct Directory: BitwiseCopyable {
    fileprivate let blocks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    fileprivate let size: Int

    @inline(__always)
    subscript(number: Int) -> UnsafeMutableRawPointer {
      blocks[number &>> RecordBlocks.shift] + (number & (RecordBlocks.blockCount - 1)) &* size
    }
  }

  @inline(__always)
  var directory: Directory { Directory(blocks: blocks.base, size: size) }

  /// A record, valid until the records are truncated.
  @inline(__always)
  subscript(number: Int) -> UnsafeMutableRawPointer {
    assert(number >= 0 && number < count, "a record was reached outside of its blocks")
    return directory[number]
  }

  /// Adds a record without giving it a value.
  mutating func append() -> UnsafeMutableRawPointer {
    if count == blocks.count * Self.blockCount {
      blocks.append(.allocate(byteCount: Self.blockCount * size, alignment: 16))
    }
    count += 1
    return self[count - 1]
  }

  /// Keeps the first `newCount` records and gives back the blocks behind them.
  mutating func truncate(to newCount: Int) {
    precondition(newCount <= count, "records can only be truncated to fewer")
    count = newCount
    let kept = (count + Self.blockCount - 1) >> Self.shift
    for number in kept..<blocks.count { blocks.base[number].deallocate() }
    blocks.truncate(to: kept)
  }
}
