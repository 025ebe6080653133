/// Header names of dead letters: those of Kafka Connect, and those that it has no name for.
public enum DeadLetterHeaders {
  public static let topic: StaticString = "__connect.errors.topic"
  public static let partition: StaticString = "__connect.errors.partition"
  public static let offset: StaticString = "__connect.errors.offset"
  public static let stage: StaticString = "__connect.errors.stage"
  /// The name of the reason in Kafka Connect's terms of a class.
  public static let exceptionClass: StaticString = "__connect.errors.exception.class.name"
  /// What was found and what was expected.
  public static let exceptionMessage: StaticString = "__connect.errors.exception.message"
  /// A raw value of `RejectReason`.
  public static let reason: StaticString = "nadi.reason"
  /// The record's own timestamp in milliseconds since the Unix epoch, if it had one; that of the dead letter is its own.
  public static let timestamp: StaticString = "nadi.timestamp"
  /// How many of the original bytes are left out at the end of the value, if any had to be.
  public static let cutBytes: StaticString = "nadi.cut_bytes"
  /// The grain of the finest window that a late event missed.
  public static let window: StaticString = "nadi.window"
  /// By how many milliseconds it missed that.
  public static let lateMillis: StaticString = "nadi.late_millis"
}
