/// A record set aside, with why: copied, because the original is gone when it is produced.
public struct DeadLetter: Sendable {
  public enum Kind: Sendable, Equatable {
    /// Could not count.
    case rejected(reason: String, detail: String)
    /// Came after the grace of a window; the numbers do not include it there.
    case late(window: String, lateMillis: Int64)
  }

  public var kind: Kind
  public var topic: String
  public var partition: Int32
  public var offset: Int64
  public var timestampMillis: Int64
  /// The original bytes; nil where the record had none.
  public var key: [UInt8]?
  public var value: [UInt8]?
  public var headers: [(name: String, value: [UInt8]?)]
  /// How many of the original bytes are left out because they are too many for a broker.
  public var cutByteCount = 0

  /// What key, headers and value may have together: brokers and librdkafka take a million bytes by default, and the
  /// headers that say what is wrong need some of them.
  static let bytesMax = 900_000

  /// Roughly the memory it holds.
  var byteCount: Int {
    (key?.count ?? 0) + (value?.count ?? 0)
      + headers.reduce(200) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
  }
}
