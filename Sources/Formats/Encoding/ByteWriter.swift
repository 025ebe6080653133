import Core
import Glibc

/// Appends to memory whose size the caller has measured; it does not check bounds.
///
/// Eight bytes past what is written may be overwritten, so the memory must have that much room at its end.
struct ByteWriter {
  static let slack = 8

  let base: UnsafeMutablePointer<UInt8>
  private(set) var cursor: UnsafeMutablePointer<UInt8>

  init(_ base: UnsafeMutablePointer<UInt8>) {
    self.base = base
    cursor = base
  }

  var count: Int { cursor - base }

  @inline(__always)
  mutating func write(byte: UInt8) {
    cursor.pointee = byte
    cursor += 1
  }

  @inline(__always)
  mutating func write(_ text: StaticString) {
    let count = text.utf8CodeUnitCount
    memcpy(cursor, text.utf8Start, count)
    cursor += count
  }

  @inline(__always)
  mutating func write(_ bytes: EventBytes) {
    guard let start = bytes.start else { return }
    memcpy(cursor, start, bytes.count)
    cursor += bytes.count
  }

  @inline(__always)
  mutating func advance(by count: Int) { cursor += count }

  // MARK: - Text

  /// A JSON string with its quotes; takes at most six bytes for each of the text, and two.
  @inline(__always)
  mutating func write(quoted text: EventBytes) {
    write(byte: UInt8(ascii: "\""))
    write(escaped: text)
    write(byte: UInt8(ascii: "\""))
  }

  /// The inside of a JSON string.
  @inline(__always)
  mutating func write(escaped text: EventBytes) {
    guard let start = text.start else { return }
    var index = 0
    while index + 8 <= text.count {
      let word = start.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if Self.needsEscape(word) { return write(escapedBytes: start + index, count: text.count - index) }
      UnsafeMutableRawPointer(cursor).storeBytes(of: word, as: UInt64.self)
      cursor += 8
      index += 8
    }
    while index < text.count {
      let byte = start.load(fromByteOffset: index, as: UInt8.self)
      if Self.needsEscape(byte) { return write(escapedBytes: start + index, count: text.count - index) }
      write(byte: byte)
      index += 1
    }
  }

  @inline(__always)
  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  /// Whether any of eight bytes needs an escape; may also say so when none does, next to one that does.
  @inline(__always)
  private static func needsEscape(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    let controls = (word &- ones &* 0x20) & ~word
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5C)
    let special = ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
    return (controls | special) & highs != 0
  }

  @inline(never)
  private mutating func write(escapedBytes start: UnsafeRawPointer, count: Int) {
    for index in 0..<count {
      let byte = start.load(fromByteOffset: index, as: UInt8.self)
      switch byte {
      case UInt8(ascii: "\""): write("\\\"")
      case UInt8(ascii: "\\"): write("\\\\")
      case 0x0A: write("\\n")
      case 0x0D: write("\\r")
      case 0x09: write("\\t")
      case 0..<0x20:
        write("\\u00")
        write(byte: Self.hexDigit(byte >> 4))
        write(byte: Self.hexDigit(byte & 15))
      default: write(byte: byte)
      }
    }
  }

  private static func hexDigit(_ digit: UInt8) -> UInt8 { digit < 10 ? digit + 48 : digit + 55 }

  /// An id as part of a key: `|`, `/` and `%` become `%7C`, `%2F` and `%25`.
  ///
  /// Takes at most three bytes for each.
  @inline(__always)
  mutating func write(keyPart text: EventBytes) {
    guard let start = text.start else { return }
    for index in 0..<text.count {
      let byte = start.load(fromByteOffset: index, as: UInt8.self)
      switch byte {
      case UInt8(ascii: "|"): write("%7C")
      case UInt8(ascii: "/"): write("%2F")
      case UInt8(ascii: "%"): write("%25")
      default: write(byte: byte)
      }
    }
  }
}
