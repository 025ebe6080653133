import Catalogue
import Testing

/// The places of what makes a text no configuration at all.
struct SyntaxPlacesTests {
  @Test(arguments: [
    ("a: 1\nkafka:\n  b: 1\n  group: x # b: 2\n\n  # group: y\n  \"group\" : z\n", 7, 3),
    ("input: { topics: [a, topics], more: { topics: 1 }, 'topics': b }", 1, 52),
    ("input: {\n  topics: a,  # topics: b\n  more: b, topics: c }\n", 3, 12),
    ("input:\n- name: a\n  size: 1\n- name: b\n  size: 2\n  name: c\n", 6, 3),
    ("kafka: 1\ninput: 2\nkafka: 3\n", 3, 1),
    ("kafka: { a: 1 }\ninput: {a: \"{,\", b: ',', a: 2}\nstate: { a: 3 }\n", 2, 26),
  ])
  func keyIsReportedWhereItIsRepeated(yaml: String, line: Int, column: Int) {
    let found = Files.load(yaml).1
    #expect(found.map(\.line) == [line] && found.map(\.column) == [column], "\(found)")
    #expect(found.first?.message.contains("is written twice") == true)
  }

  @Test func byteOrderMarkIsPassedOver() {
    let text = "\u{FEFF}kafka: { brokers: a }\ninput: { topics: t }\nmore: 1\n"
    let (_, found) = ConfigurationLoader.load(bytes: Array(text.utf8), file: "nadi.yaml") { _ in nil }
    #expect(found.map(\.message) == ["unknown key \"more\""])
  }

  @Test func whatIsTooLongIsNotCalledBadText() {
    let long = Array("# ".utf8) + Array(repeating: 0xFF, count: ConfigurationLoader.maximumBytes)
    let (_, found) = ConfigurationLoader.load(bytes: long, file: "nadi.yaml") { _ in nil }
    #expect(found.map(\.message) == ["nadi.yaml is longer than \(ConfigurationLoader.maximumBytes) bytes"])
  }

  @Test func badBytesHaveAPlace() {
    let text = "kafka:\n  # é\n  brokers: é"
    let (configuration, found) = ConfigurationLoader.load(
      bytes: Array(text.utf8) + [0xC3, 0x28], file: "nadi.yaml"
    ) { _ in nil }
    #expect(configuration == nil)
    #expect(
      found.map { $0.text(file: "nadi.yaml") } == [
        "nadi.yaml:3:13: error: the text is not UTF-8 here; save the file as UTF-8"
      ])
  }
}
