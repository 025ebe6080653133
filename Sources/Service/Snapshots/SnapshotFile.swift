import Core

/// One snapshot as bytes: a header that says what it is, the state, and checksums of both.
///
/// Little-endian throughout. Magic `NADISNAP`, format version (4 bytes), header length (4), header, header checksum
/// (4), state length (8), state, state checksum (4), magic again. The header is: sequence (8), creation time in
/// milliseconds (8), then group, build and a description as length-prefixed texts.
public struct SnapshotFile: Sendable, Equatable {
  public static let formatVersion: UInt32 = 2
  /// The states of this version lack the last field of a task, which is then not known.
  static let oldestVersion: UInt32 = 1
  static let magic = Array("NADISNAP".utf8)

  /// Rises with every snapshot of a directory.
  public var sequence: UInt64
  public var createdMillis: Int64
  /// The consumer group whose offsets it goes with.
  public var group: String
  /// The version of the program that wrote it.
  public var build: String
  /// The version that it was written in.
  public private(set) var format: UInt32
  /// What `Ledger.encodeState` gave.
  public var state: [UInt8]

  public init(sequence: UInt64, createdMillis: Int64, group: String, build: String, state: [UInt8]) {
    self.sequence = sequence
    self.createdMillis = createdMillis
    self.group = group
    self.build = build
    self.state = state
    format = Self.formatVersion
  }

  /// Why a file is no snapshot that can be used.
  public struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
  }

  /// The bytes of the file.
  public func encoded() -> [UInt8] {
    var header: [UInt8] = []
    Self.append(sequence, to: &header)
    Self.append(UInt64(bitPattern: createdMillis), to: &header)
    for text in [group, build] {
      Self.append(UInt32(text.utf8.count), to: &header)
      header += Array(text.utf8)
    }
    var bytes = Self.magic
    bytes.reserveCapacity(state.count + header.count + 64)
    Self.append(Self.formatVersion, to: &bytes)
    Self.append(UInt32(header.count), to: &bytes)
    bytes += header
    Self.append(Self.checksum(header), to: &bytes)
    Self.append(UInt64(state.count), to: &bytes)
    bytes += state
    Self.append(Self.checksum(state), to: &bytes)
    return bytes + Self.magic
  }

  /// Reads a file's bytes whole; any damage is a fault that says where.
  public init(decoding bytes: [UInt8]) throws(Fault) {
    var place = 0
    func take(_ count: Int, _ what: String) throws(Fault) -> ArraySlice<UInt8> {
      guard count >= 0, bytes.count - place >= count else {
        throw Fault("it ends at byte \(bytes.count), inside \(what)")
      }
      defer { place += count }
      return bytes[place..<place + count]
    }
    func number(_ size: Int, _ what: String) throws(Fault) -> UInt64 {
      try take(size, what).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    guard try Array(take(8, "the magic")) == Self.magic else {
      throw Fault("it does not begin like a snapshot")
    }
    let version = try number(4, "the format version")
    guard (UInt64(Self.oldestVersion)...UInt64(Self.formatVersion)).contains(version) else {
      throw Fault(
        "it has format \(version); this program reads formats \(Self.oldestVersion) to \(Self.formatVersion)")
    }
    format = UInt32(version)
    let headerCount = Int(try number(4, "the header length"))
    let headerStart = place
    let header = try Array(take(headerCount, "the header"))
    guard try number(4, "the header checksum") == UInt64(Self.checksum(header)) else {
      throw Fault("the header's checksum is wrong")
    }
    let after = place
    place = headerStart
    sequence = try number(8, "the sequence")
    createdMillis = Int64(bitPattern: try number(8, "the creation time"))
    group = String(decoding: try take(Int(try number(4, "a length")), "the group"), as: UTF8.self)
    build = String(decoding: try take(Int(try number(4, "a length")), "the build"), as: UTF8.self)
    place = after
    let stateCount = try number(8, "the state length")
    guard stateCount <= UInt64(bytes.count) else { throw Fault("it is cut off inside the state") }
    state = try Array(take(Int(stateCount), "the state"))
    guard try number(4, "the state checksum") == UInt64(Self.checksum(state)) else {
      throw Fault("the state's checksum is wrong")
    }
    guard try Array(take(8, "the closing magic")) == Self.magic, place == bytes.count else {
      throw Fault("it does not end like a snapshot")
    }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { CRC32C.checksum($0) } }

  private static func append<Word: FixedWidthInteger>(_ value: Word, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
