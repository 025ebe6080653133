/// Writes documents that hold updates just as they were published.
enum UpdateList {
  /// `{"count":…,"total":…,"updates":[…]}`, at most `limit` of those found.
  static func json(_ cells: [ViewCell], limit: Int) -> [UInt8] {
    let shown = cells.prefix(limit)
    var bytes: [UInt8] = Array("{\"count\":\(shown.count),\"total\":\(cells.count),\"updates\":[".utf8)
    bytes.reserveCapacity(bytes.count + shown.reduce(2) { $0 + $1.value.count + 1 })
    for (place, cell) in shown.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += cell.value
    }
    bytes += Array("]}".utf8)
    return bytes
  }
}
