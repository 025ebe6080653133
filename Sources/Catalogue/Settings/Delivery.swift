/// What is promised about updates, dead letters and input offsets.
public enum Delivery: String, Sendable, CaseIterable {
  /// They are committed together, in one Kafka transaction.
  case exactlyOnce = "exactly_once"
  /// Offsets are committed after the rest was delivered; a crash may repeat updates, which are absolute
  /// values.
  case atLeastOnce = "at_least_once"
}
