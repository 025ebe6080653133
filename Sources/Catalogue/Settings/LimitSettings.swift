/// What a record may be at most; a greater one is a dead letter.
public struct LimitSettings: Sendable, Equatable {
  /// The length of a record's value, in bytes.
  public var recordBytes: Int
  /// Objects and arrays within each other.
  public var depth: Int

  public init(recordBytes: Int = 1 << 20, depth: Int = 32) {
    self.recordBytes = recordBytes
    self.depth = depth
  }
}
