/// Which stores know a text, and by what number.
///
/// A text keeps its number in a store for ever. It is looked up in all stores when it is first asked for; stores that come
/// to know it later are added by `refresh`. So a cell costs by the stores that may have it, however many there are.
struct TextDirectory: ~Copyable {
  /// A text's number in one store, and where that of the next store is, in order of stores; `none` ends the list.
  struct Name: BitwiseCopyable {
    let store: Int32
    let number: UInt32
    fileprivate(set) var next: Int32
  }

  static let none: Int32 = -1

  private let stores: [CellStore]
  private var names = FlatArray<Name>()
  /// By text: its first name.
  private var firsts = FlatArray<Int32>()
  private var index = IndexTable()
  /// By store, then by number: the text plus one, or 0 while it was not asked for there.
  private var known: [[UInt32]]
  /// By store: how many of its texts were looked at.
  private var seenCounts: [Int]

  init(stores: [CellStore]) {
    self.stores = stores
    known = Array(repeating: [], count: stores.count)
    seenCounts = Array(repeating: 0, count: stores.count)
  }

  subscript(place: Int32) -> Name { names[Int(place)] }

  /// Takes in what the stores have learnt since the last call.
  mutating func refresh() {
    for (number, store) in stores.enumerated() {
      let count = store.texts.count
      if firsts.count > 0 {
        for own in seenCounts[number]..<count {
          let text = find(store.texts.hash(of: UInt32(own + 1)))
          if text >= 0 { add(Int32(number), UInt32(own + 1), to: text) }
        }
      }
      seenCounts[number] = count
    }
  }

  /// The place of a text's first name, or `none` when no store knows it.
  ///
  /// - Parameters:
  ///   - home: a store, which calls it `own`; 0 when it does not know it.
  @inline(__always)
  mutating func first(home: Int, own: UInt32, hash: Int64) -> Int32 {
    if Int(own) < known[home].count, known[home][Int(own)] != 0 {
      return firsts[Int(known[home][Int(own)]) - 1]
    }
    return ask(home: home, own: own, hash: hash)
  }

  @inline(never)
  private mutating func ask(home: Int, own: UInt32, hash: Int64) -> Int32 {
    let found = find(hash)
    let text = found >= 0 ? found : enter(hash)
    guard text >= 0 else { return Self.none }
    if own != 0 {
      let missing = Int(own) + 1 - known[home].count
      if missing > 0 { known[home].append(contentsOf: repeatElement(0, count: missing)) }
      known[home][Int(own)] = UInt32(text + 1)
    }
    return firsts[text]
  }

  /// A text that was entered, or -1.
  private func find(_ hash: Int64) -> Int {
    let (names, firsts, stores) = (names.base, firsts.base, stores)
    return index.find(UInt64(bitPattern: hash)) { Self.hash(names[Int(firsts[$0])], stores) == hash }
  }

  private static func hash(_ name: Name, _ stores: [CellStore]) -> Int64 {
    stores[Int(name.store)].texts.hash(of: name.number)
  }

  /// Looks for a text in all stores; its number, or -1 when none knows it.
  private mutating func enter(_ hash: Int64) -> Int {
    var previous = Self.none
    for (number, store) in stores.enumerated() {
      let own = store.texts.number(ofHash: hash)
      guard own != 0 else { continue }
      let place = Int32(names.count)
      names.append(Name(store: Int32(number), number: own, next: Self.none))
      if previous == Self.none { firsts.append(place) } else { names.base[Int(previous)].next = place }
      previous = place
    }
    guard previous != Self.none else { return -1 }
    let text = firsts.count - 1
    let (names, firsts, stores) = (names.base, firsts.base, stores)
    index.insert(UInt64(bitPattern: hash), row: text) {
      UInt64(bitPattern: Self.hash(names[Int(firsts[$0])], stores))
    }
    return text
  }

  /// Adds a store that has come to know a text, unless it is there.
  private mutating func add(_ store: Int32, _ number: UInt32, to text: Int) {
    var previous = Self.none
    var next = firsts[text]
    while next != Self.none, names[Int(next)].store < store {
      (previous, next) = (next, names[Int(next)].next)
    }
    if next != Self.none, names[Int(next)].store == store { return }
    let place = Int32(names.count)
    names.append(Name(store: store, number: number, next: next))
    if previous == Self.none { firsts[text] = place } else { names.base[Int(previous)].next = place }
  }
}
