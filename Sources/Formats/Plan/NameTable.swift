import Core

/// The header names and constant texts that the programs of a decoder refer to by index.
final class NameTable {
  private(set) var headers: [String] = []
  private(set) var constants: [String] = []

  func header(_ name: String) -> Int32 { Self.intern(name, into: &headers) }

  func constant(_ text: String) -> Int32 { Self.intern(text, into: &constants) }

  private static func intern(_ text: String, into list: inout [String]) -> Int32 {
    if let index = list.firstIndex(of: text) { return Int32(index) }
    list.append(text)
    return Int32(list.count - 1)
  }
}
