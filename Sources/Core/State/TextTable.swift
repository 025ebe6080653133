/// The texts of a task's dimension values, numbered from 1 in order of first appearance; 0 means none.
///
/// Bounded: beyond `limit` distinct texts, new ones become `__other__` and are counted. Texts of three letters are let
/// in all the same: they may be currencies, whose amounts must not be added together, and there are not many.
struct TextTable: ~Copyable {
  private var bytes = FlatArray<UInt8>()
  /// Where each text ends in `bytes`, by number; entry 0 is 0.
  private var ends = FlatArray<UInt32>()
  private var hashes = FlatArray<Int64>()
  private var index = IndexTable()
  private let limit: Int
  private(set) var overflowCount = 0
  /// Where the first texts lie in the base of later snapshots, with how many bytes; texts are only ever added.
  private var base = (start: 0, bytes: 0, count: 0)

  /// What texts beyond the limit are called.
  static let other = "__other__"

  init(limit: Int) {
    self.limit = limit
    ends.append(0)
    hashes.append(FieldValue.absent)
  }

  /// Memory that is allocated, in bytes.
  var byteCount: Int { bytes.byteCount + ends.byteCount + hashes.byteCount + index.byteCount }

  /// The greatest number in use.
  var count: Int { ends.count - 1 }

  /// The number of a text known by its hash, or 0.
  @inline(__always)
  func number(ofHash hash: Int64) -> UInt32 {
    if hash == FieldValue.absent { return 0 }
    let hashes = hashes.base
    let row = index.find(UInt64(bitPattern: hash)) { hashes[$0] == hash }
    return row < 0 ? 0 : UInt32(row)
  }

  /// The hash under which a text is kept: its own, or that of `__other__` when the table is full.
  @inline(__always)
  mutating func intern(_ start: UnsafeRawPointer, _ length: Int, hash: Int64) -> Int64 {
    let hashes = hashes.base
    if index.find(UInt64(bitPattern: hash), { hashes[$0] == hash }) >= 0 { return hash }
    return insert(start, length, hash: hash)
  }

  @inline(never)
  private mutating func insert(_ start: UnsafeRawPointer, _ length: Int, hash: Int64) -> Int64 {
    let text = UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: length)
    if count >= limit, !Self.mayBeCurrency(text) {
      overflowCount += 1
      let otherHash = Hashing.textValue(Self.other)
      if number(ofHash: otherHash) == 0 {
        var other = Self.other
        other.withUTF8 { append($0, hash: otherHash) }
      }
      return otherHash
    }
    append(text, hash: hash)
    return hash
  }

  /// Whether a text is written like a currency's code (ISO 4217), in capitals or not.
  private static func mayBeCurrency(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.count == 3 && text.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
  }

  private mutating func append(_ text: UnsafeBufferPointer<UInt8>, hash: Int64) {
    bytes.append(contentsOf: text)
    precondition(bytes.count <= Int(UInt32.max), "the texts of one task exceed 4 GiB")
    ends.append(UInt32(bytes.count))
    hashes.append(hash)
    let hashes = hashes.base
    index.insert(UInt64(bitPattern: hash), row: count) { UInt64(bitPattern: hashes[$0]) }
  }

  @inline(__always)
  func hash(of number: UInt32) -> Int64 { hashes[Int(number)] }

  /// The bytes of a text; valid until the table changes.
  func text(_ number: UInt32) -> UnsafeBufferPointer<UInt8> {
    guard number > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
    let start = Int(ends[Int(number) - 1])
    return UnsafeBufferPointer(start: bytes.base + start, count: Int(ends[Int(number)]) - start)
  }

  mutating func encode(into output: inout SnapshotWriter) {
    output.write(UInt32(count))
    output.write(UInt64(overflowCount))
    let start = output.offset
    let copied = output.isRelative ? base.count : 0
    if copied > 0 { output.copy(from: base.start, count: base.bytes) }
    for number in copied..<count { output.write(text(UInt32(number + 1))) }
    if output.becomesBase { base = (start, output.offset - start, count) }
  }

  mutating func decode(from input: inout SnapshotReader) throws(SnapshotFault) {
    let count = Int(try input.readUInt32())
    guard let overflow = Int(exactly: try input.readUInt64()) else {
      throw .malformed("more texts than can be counted did not fit")
    }
    overflowCount = overflow
    for _ in 0..<count {
      let text = try input.readBytes()
      guard let start = text.baseAddress else {
        append(text, hash: Hashing.textValue(""))
        continue
      }
      append(text, hash: Hashing.textValue(UnsafeRawPointer(start), text.count))
    }
  }
}
