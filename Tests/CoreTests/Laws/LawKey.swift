/// Which number an update is about, by names and both bounds.
struct LawKey: Hashable, CustomStringConvertible {
  var metric: String
  var scope: String
  var id = ""
  var currency = ""
  var window: String
  var start: Int64
  var end: Int64

  var description: String { "\(metric) \(currency) of \(scope) \(id) in \(window) from \(start) to \(end)" }
}
