/// Where bytes stop being UTF-8.
enum UTF8Fault {
  /// The line, and the column in Unicode scalars, of the first byte that is wrong, both from 1; the end if none is.
  static func place(in bytes: [UInt8]) -> (line: Int, column: Int) {
    var (line, column) = (1, 1)
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) {
      if scalar.elementsEqual([UInt8(ascii: "\n")]) {
        (line, column) = (line + 1, 1)
      } else {
        column += 1
      }
    }
    return (line, column)
  }
}
