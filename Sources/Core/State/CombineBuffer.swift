/// Distinct contributions that wait to be fanned out: what was added up for one set of dimension values and one pane.
///
/// An entry is the dimensions' numbers (two in a word), the pane's start, the mask of windows with the zone's tag, how
/// many changes it holds, which measures contributed, head and tail of its list of multiset operations, and the
/// measures' words.
struct CombineBuffer: ~Copyable {
  private let dimensionWords: Int
  private let words: Int
  private var entries = FlatArray<UInt64>()
  private var index = IndexTable()
  private(set) var count = 0

  init(dimensionWords: Int, words: Int) {
    self.dimensionWords = dimensionWords
    self.words = words
  }

  /// Memory that is allocated, in bytes.
  var byteCount: Int { entries.byteCount + index.byteCount }

  @inline(__always)
  func entry(_ number: Int) -> UnsafeMutablePointer<UInt64> { entries.base + number * words }

  /// The entry for a key, which `write` puts into its first words; new ones begin with zeros.
  @inline(__always)
  mutating func entry(_ write: (UnsafeMutablePointer<UInt64>) -> Void) -> UnsafeMutablePointer<UInt64> {
    // The key is built in place at the end of the entries and kept only if it is new.
    let candidate = entries.appendUninitialized(words)
    write(candidate)
    let keyWords = dimensionWords + 2
    let hash = Self.hash(candidate, dimensionWords)
    let (base, words, dimensionWords) = (entries.base, words, dimensionWords)
    let found = index.find(
      hash, orInsert: count, hashOf: { Self.hash(base + $0 * words, dimensionWords) },
      isEqual: { number in
        let other = base + number * words
        for word in 0..<keyWords where other[word] != candidate[word] { return false }
        return true
      })
    if found >= 0 {
      entries.truncate(to: entries.count - words)
      return base + found * words
    }
    (candidate + keyWords).initialize(repeating: 0, count: words - keyWords)
    count += 1
    return candidate
  }

  @inline(__always)
  private static func hash(_ entry: UnsafeMutablePointer<UInt64>, _ dimensionWords: Int) -> UInt64 {
    var hash: UInt64 = 0x51_7C_C1_B7_27_22_0A_95
    for pair in 0..<dimensionWords { hash = Hashing.combine(hash, entry[pair]) }
    return Hashing.combine(
      hash, entry[dimensionWords] ^ entry[dimensionWords + 1] &* 0x9E37_79B9_7F4A_7C15)
  }

  mutating func removeAll() {
    entries.removeAll()
    count = 0
    index.removeAll()
  }
}
