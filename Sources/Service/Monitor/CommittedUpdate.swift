import Core

/// One committed update as it went to the output topic, with what is needed to find and order it.
public struct CommittedUpdate: Sendable {
  /// The record's key: `metric|scope|scopeId|grain|start`, and `|currency` for metrics of money.
  public let key: Range<Int>
  /// The record's value: one JSON object; of a tombstone, which has none on the topic, an object with its
  /// key.
  public let value: Range<Int>
  /// The id of the scope above; empty when it has none or it is unknown.
  public let parentId: Range<Int>
  /// The window, in milliseconds since the Unix epoch.
  public let start: Int64
  public let end: Int64
  public let number: PublishedNumber
  /// Whether it is the company's, which has no dimension.
  public let isCompany: Bool
  /// The cell is past its retention, and what was published of it no longer counts.
  public let isTombstone: Bool
}

/// The updates of one commit, or of a part of it: immutable, so that any number of readers share it.
public final class CommittedUpdates: Sendable {
  /// Keys, values and parents of all updates; the ranges of each lie in it.
  public let bytes: [UInt8]
  public let updates: [CommittedUpdate]
  /// Updates committed before these, or with them, that are not here because a bound was reached.
  public let omitted: UInt64
  /// Whether updates of the company may be among those.
  public let omitsCompany: Bool

  public init(bytes: [UInt8], updates: [CommittedUpdate], omitted: UInt64, omitsCompany: Bool) {
    self.bytes = bytes
    self.updates = updates
    self.omitted = omitted
    self.omitsCompany = omitsCompany
  }
}
