/// The name of a snapshot file: its number, and that of the one that it is based on. Sorted, names are in order of age.
public struct SnapshotName: Equatable, CustomStringConvertible {
  public let sequence: UInt64
  public let base: UInt64?

  public init(sequence: UInt64, base: UInt64? = nil) {
    self.sequence = sequence
    self.base = base
  }

  /// Nil when a name is none of a snapshot.
  public init?(_ name: String) {
    guard name.hasPrefix("snapshot-"), name.hasSuffix(".nadi") else { return nil }
    let numbers = name.dropFirst("snapshot-".count).dropLast(".nadi".count).split(
      separator: "-", omittingEmptySubsequences: false)
    guard let sequence = UInt64(numbers[0]), numbers.count <= 2 else { return nil }
    let base = numbers.count == 2 ? UInt64(numbers[1]) : nil
    guard numbers.count == 1 || base != nil else { return nil }
    (self.sequence, self.base) = (sequence, base)
  }

  public var description: String {
    "snapshot-" + Self.digits(sequence) + (base.map { "-" + Self.digits($0) } ?? "") + ".nadi"
  }

  private static func digits(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
  }
}
