/// Four or eight bytes of text with digits and separators at known places, checked and converted all at
/// once.
///
/// Bytes are taken in little-endian order: the first is the lowest. The pattern has `0` where a digit stands
/// and the separator elsewhere, so that after an exclusive or each digit is its value and each separator
/// zero. The bounds have 0x76 for a digit and 0x7F for a separator: added, they set the top bit of any byte
/// above 9 or above zero. A carry out of a byte comes only from one whose own top bit is already counted.
struct FixedDigits {
  let isValid: Bool
  private let values: UInt64

  /// Eight bytes; those ignored may be anything and count as zero.
  @inline(__always)
  init(eightAt text: UnsafePointer<UInt8>, pattern: UInt64, bounds: UInt64, ignoring mask: UInt64 = 0) {
    let word = UInt64(littleEndian: UnsafeRawPointer(text).loadUnaligned(as: UInt64.self))
    values = (word ^ pattern) & ~mask
    isValid = ((values &+ bounds) | values) & 0x8080_8080_8080_8080 == 0
  }

  /// Four bytes.
  @inline(__always)
  init(fourAt text: UnsafePointer<UInt8>, pattern: UInt32, bounds: UInt32) {
    let word = UInt32(littleEndian: UnsafeRawPointer(text).loadUnaligned(as: UInt32.self))
    values = UInt64(word ^ pattern)
    isValid = ((values &+ UInt64(bounds)) | values) & 0x8080_8080 == 0
  }

  /// The value of the digit at a place.
  @inline(__always)
  func digit(_ place: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: (values >> (place &* 8)) & 0xFF)
  }

  /// The value of the two digits at a place and after it.
  @inline(__always)
  func pair(_ place: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: ((values &* 10 &+ (values >> 8)) >> (place &* 8)) & 0xFF)
  }
}
