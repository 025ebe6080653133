/// Checks of text that did not pass the JSON parser.
enum UTF8Text {
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.allSatisfy({ $0 < 0x80 }) { return true }
    return String(validating: bytes.bindMemory(to: UInt8.self), as: UTF8.self) != nil
  }
}
