/// 64-bit hashing of byte strings and words by multiply-and-fold, the same on every machine and in every run.
///
/// Texts are identified by this hash throughout the state; with a million distinct texts the chance that any two
/// share a hash is about 3 in 10⁸.
enum Hashing {
  private static let first: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let second: UInt64 = 0xD6E8_FEB8_6659_FD93

  @inline(__always)
  static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  @inline(__always)
  static func mix(_ word: UInt64) -> UInt64 { fold(word ^ second, first) }

  @inline(__always)
  static func combine(_ seed: UInt64, _ word: UInt64) -> UInt64 { fold(seed ^ word, first) &+ seed &* second }

  @inline(__always)
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64 = 0) -> UInt64 {
    guard let start = bytes.baseAddress else { return mix(seed ^ first) }
    return hash(UnsafeRawPointer(start), bytes.count, seed: seed)
  }

  @inline(__always)
  static func hash(_ start: UnsafeRawPointer, _ count: Int, seed: UInt64 = 0) -> UInt64 {
    var state = seed ^ second &+ UInt64(truncatingIfNeeded: count)
    var place = start
    var left = count
    while left > 8 {
      state = fold(state ^ place.loadUnaligned(as: UInt64.self), first)
      place += 8
      left -= 8
    }
    var last: UInt64 = 0
    if left >= 4 {
      let low = UInt64(place.loadUnaligned(as: UInt32.self))
      let high = UInt64((place + left - 4).loadUnaligned(as: UInt32.self))
      last = low | high << 32
    } else if left > 0 {
      let low = UInt64(place.load(as: UInt8.self))
      let middle = UInt64((place + left / 2).load(as: UInt8.self))
      let high = UInt64((place + left - 1).load(as: UInt8.self))
      last = low | middle << 8 | high << 16
    }
    return fold(state ^ last, second ^ state)
  }

  /// A text's hash as a field value: never the mark of absence.
  @inline(__always)
  static func textValue(_ start: UnsafeRawPointer, _ count: Int) -> Int64 {
    let value = Int64(bitPattern: hash(start, count))
    return value == FieldValue.absent ? 1 : value
  }

  static func textValue(_ text: String) -> Int64 {
    var text = text
    return text.withUTF8 { bytes in
      guard let start = bytes.baseAddress else { return emptyTextValue }
      return textValue(UnsafeRawPointer(start), bytes.count)
    }
  }

  private static var emptyTextValue: Int64 {
    withUnsafeBytes(of: UInt8(0)) { bytes in
      bytes.baseAddress.map { textValue($0, 0) } ?? 0
    }
  }
}

/// The value of one field as the core holds it: a hash of text, millionths, milliseconds, or 0 and 1.
enum FieldValue {
  /// The field has no value.
  static let absent = Int64.min
}
