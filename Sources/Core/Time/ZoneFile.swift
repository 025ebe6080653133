/// The contents of one TZif file (RFC 9636): explicit transitions and the rule that holds after them.
struct ZoneFile {
  /// The largest real zone has fewer than 300; the bound keeps a damaged count from costing memory.
  static let maximumTransitions = 65_536

  /// Seconds since the epoch, ascending.
  private(set) var transitionSeconds: [Int64] = []
  /// The offset in seconds from each transition on.
  private(set) var offsetsSeconds: [Int] = []
  /// The offset in seconds before the first transition.
  private(set) var initialOffsetSeconds = 0
  private(set) var rule: PosixZoneRule?

  private struct Header {
    let version: UInt8
    let utcIndicatorCount, standardIndicatorCount, leapCount: Int
    let transitionCount, typeCount, designationBytes: Int
    let byteOffset: Int

    func bodyBytes(timeBytes: Int) -> Int {
      transitionCount * (timeBytes + 1) + typeCount * 6 + designationBytes
        + leapCount * (timeBytes + 4) + standardIndicatorCount + utcIndicatorCount
    }
  }

  init(name: String, bytes: [UInt8]) throws(ZoneError) {
    var reader = ByteReader(zone: name, bytes: bytes)
    let first = try Self.readHeader(&reader)
    guard first.version != 0 else {
      try readBody(&reader, header: first, timeBytes: 4)
      return
    }
    // The 32-bit block is for readers of version 1 only.
    try reader.skip(first.bodyBytes(timeBytes: 4))
    let second = try Self.readHeader(&reader)
    try readBody(&reader, header: second, timeBytes: 8)
    try readFooter(&reader)
  }

  private static func readHeader(_ reader: inout ByteReader) throws(ZoneError) -> Header {
    let byteOffset = reader.position
    try reader.require(44)
    for expected in [0x54, 0x5A, 0x69, 0x66] as [UInt8] {
      guard try reader.byte() == expected else { throw reader.error(.notZoneFile, at: byteOffset) }
    }
    let version = try reader.byte()
    guard version == 0 || (UInt8(ascii: "2")...UInt8(ascii: "4")).contains(version) else {
      throw reader.error(.unsupportedVersion(version), at: byteOffset + 4)
    }
    try reader.skip(15)
    return Header(
      version: version, utcIndicatorCount: try reader.count(), standardIndicatorCount: try reader.count(),
      leapCount: try reader.count(), transitionCount: try reader.count(), typeCount: try reader.count(),
      designationBytes: try reader.count(), byteOffset: byteOffset)
  }

  private mutating func readBody(
    _ reader: inout ByteReader, header: Header, timeBytes: Int
  ) throws(ZoneError) {
    guard header.leapCount == 0 else { throw reader.error(.leapSeconds, at: header.byteOffset + 28) }
    guard header.transitionCount <= Self.maximumTransitions else {
      throw reader.error(.tooManyTransitions(header.transitionCount), at: header.byteOffset + 32)
    }
    guard (1...256).contains(header.typeCount) else {
      throw reader.error(.invalidTypeCount(header.typeCount), at: header.byteOffset + 36)
    }
    // Checked before any array is made, so that memory is bounded by the size of the file.
    try reader.require(header.bodyBytes(timeBytes: timeBytes))

    transitionSeconds.reserveCapacity(header.transitionCount)
    for _ in 0..<header.transitionCount {
      let seconds = timeBytes == 4 ? Int64(try reader.int32()) : try reader.int64()
      if let previous = transitionSeconds.last, seconds <= previous {
        throw reader.error(.unorderedTransitions, at: reader.position - timeBytes)
      }
      transitionSeconds.append(seconds)
    }
    let indicesOffset = reader.position
    var typeIndices: [UInt8] = []
    typeIndices.reserveCapacity(header.transitionCount)
    for _ in 0..<header.transitionCount { typeIndices.append(try reader.byte()) }

    let typeOffsets = try Self.readTypes(&reader, count: header.typeCount)
    initialOffsetSeconds = typeOffsets[0]
    offsetsSeconds.reserveCapacity(header.transitionCount)
    for (position, index) in typeIndices.enumerated() {
      guard Int(index) < typeOffsets.count else {
        throw reader.error(.unknownType(index), at: indicesOffset + position)
      }
      offsetsSeconds.append(typeOffsets[Int(index)])
    }
    try reader.skip(header.designationBytes + header.standardIndicatorCount + header.utcIndicatorCount)
  }

  private static func readTypes(_ reader: inout ByteReader, count: Int) throws(ZoneError) -> [Int] {
    var offsets: [Int] = []
    for _ in 0..<count {
      let seconds = Int(try reader.int32())
      // RFC 9636 section 3.2 allows a little less than 25 hours west and 26 hours east.
      guard abs(seconds) < 93_600 else {
        throw reader.error(.invalidOffset(seconds: seconds), at: reader.position - 4)
      }
      offsets.append(seconds)
      try reader.skip(2)
    }
    return offsets
  }

  private mutating func readFooter(_ reader: inout ByteReader) throws(ZoneError) {
    let newline = UInt8(ascii: "\n")
    guard try reader.byte() == newline else { throw reader.error(.invalidFooter, at: reader.position - 1) }
    let start = reader.position
    while try reader.byte() != newline {}
    let text = reader.bytes[start..<(reader.position - 1)]
    // An empty footer says that nothing is known after the last transition: its offset stays.
    guard !text.isEmpty else { return }
    guard let parsed = PosixZoneRule(text) else { throw reader.error(.invalidFooter, at: start) }
    rule = parsed
  }
}
