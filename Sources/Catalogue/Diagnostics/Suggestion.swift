/// What to write instead of a name that is not known.
enum Suggestion {
  /// `did you mean "windows"?` when a known name is near enough, else the list of known names.
  static func forUnknown(_ name: String, known: [String]) -> String? {
    if let near = nearest(to: name, in: known) { return "did you mean \"\(near)\"?" }
    guard !known.isEmpty else { return nil }
    let shown = known.prefix(maximumListed)
    let rest = known.count > shown.count ? ", …" : ""
    return (known.count == 1 ? "write " : "write one of ") + shown.joined(separator: ", ") + rest
  }

  private static let maximumListed = 24

  /// The known name with the fewest edits, if a third of the letters or fewer are wrong.
  static func nearest(to name: String, in known: [String]) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    var best: (name: String, edits: Int)?
    for candidate in known {
      let letters = Array(candidate.lowercased().unicodeScalars.prefix(64))
      let edits = editDistance(wanted, letters)
      guard edits <= max(1, max(wanted.count, letters.count) / 3), edits < letters.count else { continue }
      if best.map({ edits < $0.edits }) ?? true { best = (candidate, edits) }
    }
    if let best { return best.name }
    // A shortened word, such as bool for boolean.
    let longer = known.filter { name.utf8.count >= 3 && $0.hasPrefix(name) }
    return longer.count == 1 ? longer[0] : nil
  }

  /// How many letters must be inserted, removed, replaced or swapped with their neighbour (optimal string
  /// alignment).
  static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var edits = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          edits = min(edits, beforeLast[column - 1] + 1)
        }
        current.append(edits)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
