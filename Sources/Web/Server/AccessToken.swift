/// The secret that clients present; it prints as `***` and its comparison takes no longer for a better
/// guess.
struct AccessToken: Sendable, CustomStringConvertible, CustomReflectable {
  private let bytes: [UInt8]

  /// Shorter ones can be guessed.
  static let leastBytes = 16

  /// Nil when it is too short.
  init?(_ text: String) {
    bytes = Array(text.utf8)
    guard bytes.count >= Self.leastBytes else { return nil }
  }

  /// Always looks at every byte of the secret, whatever was given.
  func matches(_ given: some Collection<UInt8>) -> Bool {
    let other = Array(given)
    var difference = other.count ^ bytes.count
    for place in bytes.indices {
      difference |= Int(bytes[place] ^ (place < other.count ? other[place] : 0))
    }
    return difference == 0
  }

  var description: String { "***" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
