/// Why the bytes of a time zone file could not be used, and where in them.
public struct ZoneError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the file.
  public enum Reason: Hashable, Sendable {
    case notZoneFile
    case unsupportedVersion(UInt8)
    case truncated(neededBytes: Int)
    case tooManyTransitions(Int)
    case invalidTypeCount(Int)
    case leapSeconds
    case unorderedTransitions
    case unknownType(UInt8)
    case invalidOffset(seconds: Int)
    case invalidFooter
  }

  /// The zone the file was read for.
  public let zone: String
  /// What is wrong.
  public let reason: Reason
  /// The position in the file, in bytes from its beginning.
  public let byteOffset: Int

  /// What is wrong, where, and what to do.
  public var description: String {
    "zone \(zone): \(explanation) at byte \(byteOffset); reinstall the time zone data or name another zone"
  }

  private var explanation: String {
    switch reason {
    case .notZoneFile: "the file does not begin with TZif"
    case .unsupportedVersion(let version): "format version byte \(version) is not one of 1 to 4"
    case .truncated(let needed): "the file ends where \(needed) more bytes are needed"
    case .tooManyTransitions(let count): "\(count) transitions are more than \(ZoneFile.maximumTransitions)"
    case .invalidTypeCount(let count): "\(count) local time types are not between 1 and 256"
    case .leapSeconds: "the file counts leap seconds, which instants do not"
    case .unorderedTransitions: "a transition is not after the one before it"
    case .unknownType(let index): "local time type \(index) is not in the file"
    case .invalidOffset(let seconds): "an offset of \(seconds) seconds is more than 26 hours"
    case .invalidFooter: "the footer is not a POSIX TZ rule"
    }
  }
}
