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

  func moved(to bounds: WindowBounds) -> CellContext {
    CellContext(
      window: window, start: bounds.start, end: bounds.end, scope: scope, first: first, second: second,
      currency: currency)
  }

  /// The same scope's level, which has one window.
  func level(window: Int32) -> CellContext {
    CellContext(
      window: window, start: WindowBounds.earliest, end: WindowBounds.latest, scope: scope, first: first,
      second: second, currency: currency)
  }

  func inCurrency(_ currency: Int64) -> CellContext {
    CellContext(
      window: window, start: start, end: end, scope: scope, first: first, second: second, currency: currency)
  }
}
