/// Names of the IANA time zone database.
enum ZoneName {
  /// Letters, digits, `_`, `+` and `-` in parts divided by single slashes: nothing that could leave a
  /// folder.
  static func isValid(_ name: String) -> Bool {
    name.utf8.count <= 64
      && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part.unicodeScalars.allSatisfy(isAllowed)
      }
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "+", "-": true
    default: false
    }
  }

  /// Spellings that may have been meant: other capitals, and underscores for spaces.
  static func likely(_ name: String) -> [String] {
    let words = name.trimmingSpaces.split(separator: "/").map { part in
      part.split(whereSeparator: { $0 == " " || $0 == "_" }).map {
        $0.prefix(1).uppercased() + $0.dropFirst().lowercased()
      }
      .joined(separator: "_")
    }
    let spelled = words.joined(separator: "/")
    return [spelled, name.uppercased()].filter { $0 != name && isValid($0) }
  }
}
