/// One record as a decoder needs it; the bytes are only read while it is decoded.
public struct RecordInput: BitwiseCopyable {
  /// The topic's position in the decoder's list.
  public var topic: Int
  /// Milliseconds since the Unix epoch, or -1 for none.
  public var timestampMillis: Int64
  /// Empty for a record without a key.
  public var key: UnsafeRawBufferPointer
  public var value: UnsafeRawBufferPointer
  /// Whether the value is null, which is not the same as empty.
  public var isTombstone: Bool

  public init(
    topic: Int, timestampMillis: Int64, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer,
    isTombstone: Bool = false
  ) {
    self.topic = topic
    self.timestampMillis = timestampMillis
    self.key = key
    self.value = value
    self.isTombstone = isTombstone
  }
}
