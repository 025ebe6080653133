/// Numbers of bytes as people write them: `65536`, `512KiB`, `1MiB`, `1MB`.
enum SizeText {
  private static let units: [String: Int] = [
    "": 1, "B": 1, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
  ]

  /// The number of bytes; nil when the text is none, or a terabyte or more.
  static func bytes(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), number < 1_000_000_000_000,
      let unit = units[String(text.dropFirst(digits.count))], number <= 1_000_000_000_000 / unit
    else { return nil }
    return number * unit
  }
}
