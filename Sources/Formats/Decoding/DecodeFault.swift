import Core

/// Why an event, or a whole record, could not be decoded.
public struct DecodeFault: Error, Equatable, Sendable {
  public let reason: RejectReason
  /// Which member, what was found and what was expected, such as
  /// `/data/amount: expected a decimal, found "abc"`.
  public let detail: String

  init(_ reason: RejectReason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }
}
