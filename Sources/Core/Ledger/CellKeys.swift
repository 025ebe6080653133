/// What the cell at hand is called in each store that may have it; cells of other windows are called the same.
struct CellKeys: ~Copyable {
  /// The key in one store.
  struct Key: BitwiseCopyable {
    let store: Int
    let first: UInt64
    let second: UInt64
  }

  /// Whose keys they are.
  private struct Owner: Equatable {
    let home: Int
    let scope: Int32
    let first: Int64
    let second: Int64
    let currency: Int64
  }

  /// One id of a cell, whose numbers are asked for store by store, in their order.
  private struct IdCursor {
    let hash: Int64
    let own: UInt32
    /// Where its name in the store at hand may be, once that was looked for.
    var place: Int32?
  }

  private let storeCount: Int
  private var directory: TextDirectory
  private var keys = FlatArray<Key>()
  private var owner: Owner?

  init(stores: [CellStore]) {
    storeCount = stores.count
    directory = TextDirectory(stores: stores)
  }

  var count: Int { keys.count }
  subscript(place: Int) -> Key { keys[place] }

  /// Takes in what the stores have learnt since the last call.
  mutating func refresh() {
    directory.refresh()
    owner = nil
  }

  /// Finds the keys of a cell in order of the stores; false when they are those that it has already.
  mutating func find(_ cell: CellContext, currency: Int64) -> Bool {
    let wanted = Owner(
      home: cell.home, scope: cell.scope, first: cell.first, second: cell.second, currency: currency)
    if wanted == owner { return false }
    owner = wanted
    keys.removeAll()
    var second = IdCursor(hash: cell.second, own: cell.numbers.second)
    var currency = IdCursor(hash: currency, own: cell.numbers.currency)
    if cell.first == FieldValue.absent {
      for store in 0..<storeCount { append(store, 0, &second, &currency, cell) }
      return true
    }
    var place = firstName(of: cell)
    while place != TextDirectory.none {
      let name = directory[place]
      append(Int(name.store), name.number, &second, &currency, cell)
      place = name.next
    }
    return true
  }

  /// Appends the key in one store, unless the store does not know one of the other ids.
  @inline(__always)
  private mutating func append(
    _ store: Int, _ first: UInt32, _ second: inout IdCursor, _ currency: inout IdCursor, _ cell: CellContext
  ) {
    guard let second = number(in: store, &second, home: cell.home),
      let currency = number(in: store, &currency, home: cell.home)
    else { return }
    keys.append(
      Key(
        store: store, first: UInt64(first) | UInt64(UInt32(bitPattern: cell.scope)) << 32,
        second: UInt64(second) | UInt64(currency) << 32))
  }

  /// The number of an id in a store that comes behind those asked for before: 0 when the cell has no such id, nil when the
  /// store does not know it.
  @inline(__always)
  private mutating func number(in store: Int, _ id: inout IdCursor, home: Int) -> UInt32? {
    if id.hash == FieldValue.absent { return 0 }
    if store == home { return id.own == 0 ? nil : id.own }
    var place = id.place ?? directory.first(home: home, own: id.own, hash: id.hash)
    while place != TextDirectory.none, directory[place].store < store { place = directory[place].next }
    id.place = place
    guard place != TextDirectory.none, directory[place].store == store else { return nil }
    return directory[place].number
  }

  @inline(__always)
  private mutating func firstName(of cell: CellContext) -> Int32 {
    directory.first(home: cell.home, own: cell.numbers.first, hash: cell.first)
  }

  /// Each store that knows a cell's first id, with its number there, in order of the stores.
  mutating func forEachName(ofFirstIn cell: CellContext, _ body: (Int, UInt32) -> Void) {
    var place = firstName(of: cell)
    while place != TextDirectory.none {
      let name = directory[place]
      body(Int(name.store), name.number)
      place = name.next
    }
  }

  /// A store that knows a cell's currency, with its number there; nil when none does.
  mutating func currencyName(of cell: CellContext) -> (store: Int, number: UInt32)? {
    let place = directory.first(home: cell.home, own: cell.numbers.currency, hash: cell.currency)
    return place == TextDirectory.none ? nil : (Int(directory[place].store), directory[place].number)
  }
}
