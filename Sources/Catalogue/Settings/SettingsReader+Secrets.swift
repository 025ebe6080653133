extension SettingsReader {
  /// `{ file: PATH }` or `{ credential: NAME }`; a secret itself is refused, and not repeated in the message.
  func secret(_ node: ConfigurationNode, _ name: String) -> SecretSource? {
    guard node.isMapping else {
      node.error(
        "\(name) is not written in the configuration", "write { file: PATH } or { credential: NAME }")
      return nil
    }
    guard let members = node.members(["file", "credential"]) else { return nil }
    if let file = members["file"], members.count == 1 { return file.nonEmptyString().map { .file($0) } }
    if let credential = members["credential"], members.count == 1 {
      guard let text = credential.nonEmptyString() else { return nil }
      guard text.unicodeScalars.allSatisfy(TopicName.isAllowed), text != ".", text != ".." else {
        credential.error(
          "\"\(text)\" cannot name a credential", "use letters, digits, dots, dashes and underscores")
        return nil
      }
      return .credential(text)
    }
    node.error("\(name) comes from one place", "write { file: PATH } or { credential: NAME }")
    return nil
  }
}
