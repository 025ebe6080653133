/// What a snapshot says of itself.
public struct SnapshotHeader: Sendable, Equatable {
  /// A snapshot of the whole state, by which another one tells its changes.
  public struct Base: Sendable, Equatable {
    public var sequence: UInt64
    /// The checksum of its content.
    public var checksum: UInt32

    public init(sequence: UInt64, checksum: UInt32) {
      self.sequence = sequence
      self.checksum = checksum
    }
  }

  /// Rises with every snapshot of a directory, from 1.
  public var sequence: UInt64
  public var createdMillis: Int64
  /// The consumer group whose offsets it goes with.
  public var group: String
  /// The version of the program that wrote it.
  public var build: String
  /// What the changes that it holds are to be applied to; nil when it holds the whole state.
  public var base: Base?

  public init(sequence: UInt64, createdMillis: Int64, group: String, build: String, base: Base? = nil) {
    self.sequence = sequence
    self.createdMillis = createdMillis
    self.group = group
    self.build = build
    self.base = base
  }
}
