import Core

/// How one input partition is doing.
public struct PartitionStatus: Sendable, Equatable {
  public var topic: String
  public var partition: Int32
  /// The offset of the next record to be read.
  public var position: Int64
  /// Records known to wait; nil before the first fetch.
  public var lag: Int64?
  /// Event time, in milliseconds; `Int64.min` before the first event.
  public var streamTime: Int64
  public var watermark: Int64
  /// It was read to its end, so that its watermark follows the wall clock.
  public var isAtEnd: Bool
  /// Silent replay up to the committed offset.
  public var isRestoring: Bool
  public var books: Books

  public init(
    topic: String, partition: Int32, position: Int64 = 0, lag: Int64? = nil, streamTime: Int64 = .min,
    watermark: Int64 = .min, isAtEnd: Bool = false, isRestoring: Bool = false, books: Books = Books()
  ) {
    self.topic = topic
    self.partition = partition
    self.position = position
    self.lag = lag
    self.streamTime = streamTime
    self.watermark = watermark
    self.isAtEnd = isAtEnd
    self.isRestoring = isRestoring
    self.books = books
  }
}
