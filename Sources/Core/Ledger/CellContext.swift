/// One cell across all stores: the window and the hashes of its ids, by which each store knows its own numbers.
struct CellContext: BitwiseCopyable {
  let window: Int32
  let start: Int64
  let end: Int64
  let scope: Int32
  /// Hashes of the ids; absent where the scope has none.
  let first: Int64
  let second: Int64
  let currency: Int64
  /// The store that the cell was met in, and its own numbers for the ids.
  let home: Int
  let numbers: CellNumbers

  var bounds: WindowBounds { WindowBounds(start: start, end: end) }

  var key: CellKey {
    CellKey(
      window: window, start: start, end: end, scope: scope, first: first, second: second, currency: currency)
  }

  func moved(to bounds: WindowBounds, window: Int32) -> CellContext {
    CellContext(
      window: window, start: bounds.start, end: bounds.end, scope: scope, first: first, second: second,
      currency: currency, home: home, numbers: numbers)
  }

  func moved(to bounds: WindowBounds) -> CellContext {
    CellContext(
      window: window, start: bounds.start, end: bounds.end, scope: scope, first: first, second: second,
      currency: currency, home: home, numbers: numbers)
  }

  /// The same scope's level, which has one window.
  func level(window: Int32) -> CellContext {
    CellContext(
      window: window, start: WindowBounds.earliest, end: WindowBounds.latest, scope: scope, first: first,
      second: second, currency: currency, home: home, numbers: numbers)
  }

  /// The same cell in a currency, known by its hash and by its number in the home store, which may have none.
  func inCurrency(_ currency: Int64, number: UInt32) -> CellContext {
    CellContext(
      window: window, start: start, end: end, scope: scope, first: first, second: second, currency: currency,
      home: home, numbers: CellNumbers(first: numbers.first, second: numbers.second, currency: number))
  }
}

/// The text numbers of a cell's ids in one store; 0 is none.
struct CellNumbers: BitwiseCopyable {
  let first: UInt32
  let second: UInt32
  let currency: UInt32
}

/// What identifies a cell over all stores.
struct CellKey: Hashable {
  let window: Int32
  let start: Int64
  let end: Int64
  let scope: Int32
  let first: Int64
  let second: Int64
  let currency: Int64
}
