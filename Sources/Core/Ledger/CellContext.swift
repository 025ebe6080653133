/// What identifies a cell over all stores: the window and the hashes of its ids.
struct CellKey: Hashable, BitwiseCopyable {
  var window: Int32
  var start: Int64
  var end: Int64
  var scope: Int32
  /// Hashes of the ids; absent where the scope has none.
  var first: Int64
  var second: Int64
  var currency: Int64
}

/// One cell as it was met in a store, which knows its own numbers for the ids.
struct CellContext: BitwiseCopyable {
  private(set) var key: CellKey
  /// The store that the cell was met in, and its own numbers for the ids.
  let home: Int
  private(set) var numbers: CellNumbers

  init(key: CellKey, home: Int, numbers: CellNumbers) {
    self.key = key
    self.home = home
    self.numbers = numbers
  }

  var window: Int32 { key.window }
  var start: Int64 { key.start }
  var end: Int64 { key.end }
  var scope: Int32 { key.scope }
  var first: Int64 { key.first }
  var second: Int64 { key.second }
  var currency: Int64 { key.currency }
  var bounds: WindowBounds { WindowBounds(start: start, end: end) }

  func moved(to bounds: WindowBounds) -> CellContext { moved(to: bounds, window: window) }

  func moved(to bounds: WindowBounds, window: Int32) -> CellContext {
    var moved = self
    (moved.key.window, moved.key.start, moved.key.end) = (window, bounds.start, bounds.end)
    return moved
  }

  /// The same scope's level, which has one window.
  func level(window: Int32) -> CellContext { moved(to: .all, window: window) }

  /// The same cell in a currency, known by its hash and by its number in the home store, which may have none.
  func inCurrency(_ currency: Int64, number: UInt32) -> CellContext {
    var moved = self
    moved.key.currency = currency
    moved.numbers.currency = number
    return moved
  }
}

/// The text numbers of a cell's ids in one store; 0 is none.
struct CellNumbers: BitwiseCopyable {
  let first: UInt32
  let second: UInt32
  var currency: UInt32
}
