/// What a record may be at most; a greater one is a dead letter.
public struct LimitSettings: Sendable, Equatable {
  /// The length of a record's value, in bytes.
  public var recordBytes: Int
  /// The length of a record's key, in bytes.
  public var keyBytes: Int
  /// Objects and arrays within each other.
  public var depth: Int

  public init(recordBytes: Int = 1 << 20, keyBytes: Int = 1 << 10, depth: Int = 32) {
    self.recordBytes = recordBytes
    self.keyBytes = keyBytes
    self.depth = depth
  }
}
