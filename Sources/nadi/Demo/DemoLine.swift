/// A line of the display: pieces of text, each in one style.
struct DemoLine {
  /// How a piece looks on a terminal.
  enum Style: String {
    case normal = ""
    case bold = "1"
    case dim = "2"
    case heading = "1;36"
    case warning = "33"
  }

  private(set) var pieces: [(text: String, style: Style)] = []

  init(_ text: String = "", _ style: Style = .normal) { add(text, style) }

  mutating func add(_ text: String, _ style: Style = .normal) {
    if !text.isEmpty { pieces.append((text, style)) }
  }

  /// Characters, each of which takes one column.
  var width: Int { pieces.reduce(0) { $0 + $1.text.count } }

  /// The line with exactly so many columns, followed by another one.
  func padded(to width: Int, then other: DemoLine) -> DemoLine {
    var line = cut(to: width)
    line.add(String(repeating: " ", count: width - line.width))
    line.pieces += other.pieces
    return line
  }

  /// At most so many columns of the line.
  func cut(to width: Int) -> DemoLine {
    var line = DemoLine()
    var left = width
    for piece in pieces where left > 0 {
      line.add(String(piece.text.prefix(left)), piece.style)
      left -= piece.text.count
    }
    return line
  }

  /// The text, with escape sequences for the styles if asked for.
  func text(isStyled: Bool) -> String {
    pieces.map { piece in
      isStyled && piece.style != .normal
        ? "\u{1B}[\(piece.style.rawValue)m\(piece.text)\u{1B}[0m" : piece.text
    }.joined()
  }
}
