extension RFC3339 {
  /// The most bytes that any instant takes, in any zone; years 0000 to 9999 take at most 32.
  public static let capacity = 40

  /// Writes `2026-11-24T01:10:17.250Z` and returns its length, which is 24 for years 0000 to 9999.
  ///
  /// There must be room for `capacity` bytes. Years beyond take a sign and more digits.
  @discardableResult
  public static func writeUTC(_ instant: Instant, into bytes: UnsafeMutablePointer<UInt8>) -> Int {
    var writer = DigitWriter(bytes)
    let millis = writer.write(localMillis: Millis.clamped(instant))
    writer.write(fraction: millis)
    writer.write(byte: UInt8(ascii: "Z"))
    return writer.count
  }

  /// Writes local time with its offset, `2017-04-01T00:00:00+08:00`, and returns its length.
  ///
  /// Milliseconds appear only if they are not zero, seconds of the offset likewise; no offset is `Z`.
  /// There must be room for `capacity` bytes.
  @discardableResult
  public static func write(_ instant: Instant, zone: Zone, into bytes: UnsafeMutablePointer<UInt8>) -> Int {
    let clamped = Millis.clamped(instant)
    let offsetMillis = zone.offsetMillis(at: clamped)
    var writer = DigitWriter(bytes)
    let millis = writer.write(localMillis: clamped + offsetMillis)
    if millis != 0 { writer.write(fraction: millis) }
    writer.write(offsetSeconds: offsetMillis / Millis.second)
    return writer.count
  }

  /// As `writeUTC` into a pointer; the buffer must hold `capacity` bytes.
  @discardableResult
  public static func writeUTC(_ instant: Instant, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    writeUTC(instant, into: checkedBase(of: buffer))
  }

  /// As `write` into a pointer; the buffer must hold `capacity` bytes.
  @discardableResult
  public static func write(
    _ instant: Instant, zone: Zone, into buffer: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    write(instant, zone: zone, into: checkedBase(of: buffer))
  }

  private static func checkedBase(of buffer: UnsafeMutableBufferPointer<UInt8>) -> UnsafeMutablePointer<
    UInt8
  > {
    guard let base = buffer.baseAddress, buffer.count >= capacity else {
      preconditionFailure("a buffer for an instant must hold RFC3339.capacity bytes")
    }
    return base
  }
}

extension Zone {
  /// The instant in local time with its offset, as `RFC3339.write` has it: `2017-04-01T00:00:00+08:00`.
  public func format(_ instant: Instant) -> String {
    String(unsafeUninitializedCapacity: RFC3339.capacity) { buffer in
      RFC3339.write(instant, zone: self, into: buffer)
    }
  }
}

extension DigitWriter {
  /// Writes date and time to the second and returns the milliseconds that are left.
  @inline(__always)
  mutating func write(localMillis: Int64) -> UInt32 {
    let day = floorDivide(localMillis, by: Millis.day)
    // Less than 2³²: a day has 86,400,000 milliseconds.
    let ofDay = UInt32(truncatingIfNeeded: localMillis &- day &* Millis.day)
    let seconds = ofDay / 1_000
    let minutes = seconds / 60
    let hours = minutes / 60
    write(date: CivilDate(daysSinceEpoch: Int(day)))
    write(byte: UInt8(ascii: "T"))
    write(twoDigits: hours)
    write(byte: UInt8(ascii: ":"))
    write(twoDigits: minutes &- hours &* 60)
    write(byte: UInt8(ascii: ":"))
    write(twoDigits: seconds &- minutes &* 60)
    return ofDay &- seconds &* 1_000
  }

  @inline(__always)
  mutating func write(fraction millis: UInt32) {
    write(byte: UInt8(ascii: "."))
    write(threeDigits: millis)
  }

  mutating func write(offsetSeconds: Int64) {
    guard offsetSeconds != 0 else { return write(byte: UInt8(ascii: "Z")) }
    write(byte: UInt8(ascii: offsetSeconds < 0 ? "-" : "+"))
    let seconds = UInt32(truncatingIfNeeded: offsetSeconds.magnitude)
    write(twoDigits: seconds / 3_600)
    write(byte: UInt8(ascii: ":"))
    write(twoDigits: seconds / 60 % 60)
    guard seconds % 60 != 0 else { return }
    write(byte: UInt8(ascii: ":"))
    write(twoDigits: seconds % 60)
  }
}
