import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Standard output as a terminal whose whole screen is redrawn in place.
final class DemoTerminal {
  let isStyled = ProcessInfo.processInfo.environment["NO_COLOR"] == nil
  private var isOpen = false

  /// Whether standard output is a terminal that understands escape sequences.
  static var isPresent: Bool {
    isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Columns and rows, as the terminal has them now.
  var size: (columns: Int, rows: Int) {
    var window = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 {
      return (Int(window.ws_col), Int(window.ws_row))
    }
    func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
    return (number("COLUMNS") ?? 80, number("LINES") ?? 24)
  }

  /// Clears the screen and hides the cursor.
  func open() throws {
    isOpen = true
    try StandardOutput.write("\u{1B}[?25l\u{1B}[2J")
  }

  /// Draws the lines from the top; what does not fit is left out.
  func draw(_ lines: [DemoLine]) throws {
    let (columns, rows) = size
    var text = "\u{1B}[H"
    for line in lines.prefix(rows - 1) {
      text += line.cut(to: columns).text(isStyled: isStyled) + "\u{1B}[K\r\n"
    }
    try StandardOutput.write(text + "\u{1B}[J")
  }

  /// Clears the display away and shows the cursor again; does nothing if it is not open.
  ///
  /// A terminal that has gone needs neither.
  func close() {
    guard isOpen else { return }
    isOpen = false
    try? StandardOutput.write("\u{1B}[H\u{1B}[J\u{1B}[?25h")
  }
}
