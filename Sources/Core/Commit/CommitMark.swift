/// What is stored beside each committed offset: which publication it was and the watermark it was made at.
///
/// With it a restarted process knows exactly which states of windows have been published. Brokers that drop the
/// text make it fall back to the snapshot's watermark.
public struct CommitMark: Equatable, Sendable {
  public var sequence: UInt64
  public var watermark: Int64

  public init(sequence: UInt64, watermark: Int64) {
    self.sequence = sequence
    self.watermark = watermark
  }

  static let wordCount = 3

  public var text: String { "nadi1 \(sequence) \(watermark)" }

  public init?(_ text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == Self.wordCount, parts[0] == "nadi1", let sequence = UInt64(parts[1]),
      let watermark = Int64(parts[2])
    else { return nil }
    self.init(sequence: sequence, watermark: watermark)
  }
}
