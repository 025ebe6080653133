import Core

/// One snapshot file: a header that says what it is, the content, and checksums of both.
///
/// Little-endian throughout. Magic `NADISNAP`, format version (4 bytes), header length (4), header, header checksum
/// (4), content length (8), content, content checksum (4), magic again. The header is: sequence (8), creation time in
/// milliseconds (8), group and build as length-prefixed texts, sequence (8) and checksum (4) of the base, 0 for none.
public struct SnapshotFile: Sendable, Equatable {
  public static let formatVersion: UInt32 = 4
  /// The states of version 1 lack the last field of a task, which is then not known; the headers of 1 and 2 lack the base;
  /// the states of 1 to 3 do not tell which windows are gone, nor dimensions by their fields, nor fields by their types.
  static let oldestVersion: UInt32 = 1
  static let magic = Array("NADISNAP".utf8)

  public var header: SnapshotHeader
  /// The version that it was written in.
  public let format: UInt32
  /// What `Ledger.encodeState` gave; of a file with a base what
  /// `StateChanges.forEachEncodedPiece` gave.
  public var content: [UInt8]
  /// That of the content.
  public let checksum: UInt32

  /// Why a file is no snapshot that can be used.
  public struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
  }

  // MARK: - Writing

  /// What lies before the content.
  static func head(_ header: SnapshotHeader, contentCount: Int) -> [UInt8] {
    var fields: [UInt8] = []
    append(header.sequence, to: &fields)
    append(UInt64(bitPattern: header.createdMillis), to: &fields)
    for text in [header.group, header.build] {
      append(UInt32(text.utf8.count), to: &fields)
      fields += Array(text.utf8)
    }
    append(header.base?.sequence ?? 0, to: &fields)
    append(header.base?.checksum ?? 0, to: &fields)
    var bytes = magic
    append(formatVersion, to: &bytes)
    append(UInt32(fields.count), to: &bytes)
    bytes += fields
    append(CRC32C.checksum(fields), to: &bytes)
    append(UInt64(contentCount), to: &bytes)
    return bytes
  }

  /// What lies behind the content.
  static func tail(checksum: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    append(checksum, to: &bytes)
    return bytes + magic
  }

  private static func append<Word: FixedWidthInteger>(_ value: Word, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  // MARK: - Reading

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
    func text(_ what: String) throws(Fault) -> String {
      String(decoding: try take(Int(try number(4, "a length")), what), as: UTF8.self)
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
    let fields = try Array(take(headerCount, "the header"))
    guard try number(4, "the header checksum") == UInt64(CRC32C.checksum(fields)) else {
      throw Fault("the header's checksum is wrong")
    }
    let after = place
    place = headerStart
    header = SnapshotHeader(
      sequence: try number(8, "the sequence"),
      createdMillis: Int64(bitPattern: try number(8, "the creation time")), group: try text("the group"),
      build: try text("the build"))
    if version > 2 {
      let sequence = try number(8, "the base")
      let checksum = UInt32(try number(4, "the base's checksum"))
      if sequence > 0 { header.base = SnapshotHeader.Base(sequence: sequence, checksum: checksum) }
    }
    guard place == headerStart + headerCount else { throw Fault("its header is none of format \(version)") }
    place = after
    let contentCount = try number(8, "the content length")
    guard contentCount <= UInt64(bytes.count) else { throw Fault("it is cut off inside the content") }
    content = try Array(take(Int(contentCount), "the content"))
    checksum = CRC32C.checksum(content)
    guard try number(4, "the content checksum") == UInt64(checksum) else {
      throw Fault("the content's checksum is wrong")
    }
    guard try Array(take(8, "the closing magic")) == Self.magic, place == bytes.count else {
      throw Fault("it does not end like a snapshot")
    }
  }
}
