import Catalogue
import Testing

struct ConfigurationFilesTests {
  @Test(arguments: Files.names("good"))
  func goodFileLoads(name: String) throws {
    let (configuration, diagnostics) = Files.load(try Files.text("good", name), file: name)
    #expect(configuration != nil)
    #expect(diagnostics.map { $0.text(file: name) } == (try Files.expected("good", name)))
  }

  @Test(arguments: Files.names("bad"))
  func badFileIsExplained(name: String) throws {
    let (configuration, diagnostics) = Files.load(try Files.text("bad", name), file: name)
    #expect(configuration == nil)
    #expect(diagnostics.contains { $0.severity == .error })
    #expect(diagnostics.map { $0.text(file: name) } == (try Files.expected("bad", name)))
  }

  @Test func tablesAreFound() {
    #expect(Files.names("good").count >= 4)
    #expect(Files.names("bad").count >= 15)
  }

  @Test(arguments: Files.names("bad"))
  func placesLieInTheFile(name: String) throws {
    let lines = try Files.text("bad", name).split(separator: "\n", omittingEmptySubsequences: false)
    for diagnostic in Files.load(try Files.text("bad", name)).1 {
      #expect((1...max(1, lines.count)).contains(diagnostic.line))
      let length = lines.isEmpty ? 0 : lines[diagnostic.line - 1].unicodeScalars.count
      #expect((1...(length + 1)).contains(diagnostic.column))
    }
  }

  /// Cut anywhere, the file must be read or explained, and never trap.
  @Test func everyPrefixIsReadOrExplained() throws {
    let yaml = try Files.text("good", "everything.yml")
    for length in stride(from: 0, to: yaml.count, by: 7) {
      let (configuration, diagnostics) = Files.load(String(yaml.prefix(length)))
      let hasErrors = diagnostics.contains { $0.severity == .error }
      #expect((configuration == nil) == hasErrors, "the first \(length) characters")
    }
  }
}
