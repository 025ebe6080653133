/// What the texts of one store are called in another, remembered.
///
/// A text that the other store has keeps its number for ever; that it has none is asked again when the other store
/// has got new texts.
struct TextTranslation {
  /// By number in the one store: number in the other, 0 not asked yet, `missing` for none.
  private var numbers: [UInt32] = []
  private var knownCount = 0

  private static let missing = UInt32.max

  /// Forgets what was missing if the other store has grown.
  mutating func refresh(textCount: Int) {
    guard textCount != knownCount else { return }
    knownCount = textCount
    for place in numbers.indices where numbers[place] == Self.missing { numbers[place] = 0 }
  }

  /// The number in the other store, 0 if it has none; nil if it was not asked yet.
  func known(_ own: UInt32) -> UInt32? {
    let place = Int(own)
    guard place < numbers.count, numbers[place] != 0 else { return nil }
    return numbers[place] == Self.missing ? 0 : numbers[place]
  }

  /// Asks the other store; the number there, or 0.
  mutating func ask(_ own: UInt32, hash: Int64, in other: CellStore) -> UInt32 {
    let place = Int(own)
    if place >= numbers.count {
      numbers.append(contentsOf: repeatElement(0, count: place + 1 - numbers.count))
    }
    let found = other.texts.number(ofHash: hash)
    numbers[place] = found == 0 ? Self.missing : found
    return found
  }
}
