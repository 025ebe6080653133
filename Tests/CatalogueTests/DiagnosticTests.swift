import Catalogue
import Testing

struct DiagnosticTests {
  private func diagnostics(catalogue: String) -> [Diagnostic] {
    Files.load("kafka: { brokers: 'a:1' }\ninput: { topics: t }\ncatalogue: { \(catalogue) }\n").1
  }

  @Test func textIsWhatEditorsUnderstand() {
    let found = diagnostics(catalogue: "windws: [day]")
    #expect(
      found.map { $0.text(file: "nadi.yaml") } == [
        "nadi.yaml:3:14: error: unknown key \"windws\"; did you mean \"windows\"?"
      ])
    #expect(found.first?.path == "catalogue.windws")
  }

  @Test func pathNamesThePlaceInTheStructure() {
    let found = diagnostics(catalogue: "windows: [day, dya], metrics: { a: { formula: cals } }")
    #expect(found.map(\.path) == ["catalogue.windows[1]", "catalogue.metrics.a.formula"])
  }

  @Test(arguments: [
    ("dya", "day"), ("monht", "month"), ("quater", "quarter"), ("fiscalquarter", "fiscal_quarter"),
    ("Week", "week"),
  ])
  func nearestNameIsSuggested(written: String, meant: String) {
    #expect(
      diagnostics(catalogue: "windows: [\(written)]").first?.suggestion == "did you mean \"\(meant)\"?")
  }

  @Test func farNamesListWhatIsKnown() {
    let suggestion = diagnostics(catalogue: "windows: [fortnight]").first?.suggestion
    #expect(suggestion?.hasPrefix("write one of hour, day, week") == true)
  }

  @Test(arguments: [
    ("1 + ", 4), ("calls + cals", 8), ("(calls", 0), ("calls ** emails", 7), ("median(calls)", 7),
    ("quantile(cycle, 1.5)", 16), ("calls / (emails - cals)", 18), ("é", 0),
  ])
  func columnPointsIntoTheFormula(formula: String, offset: Int) {
    for (quote, width) in [("\"", 1), ("'", 1)] {
      let found = diagnostics(catalogue: "metrics: { a: { formula: \(quote)\(formula)\(quote) } }")
      let start = "catalogue: { metrics: { a: { formula: ".unicodeScalars.count + 1
      #expect(found.map(\.column) == [start + width + offset], "\(formula)")
    }
  }

  @Test func formulaNestingIsBounded() {
    let deep = String(repeating: "(", count: 2000) + "calls" + String(repeating: ")", count: 2000)
    #expect(diagnostics(catalogue: "metrics: { a: { formula: '\(deep)' } }").count == 1)
    let minus = String(repeating: "-", count: 2000) + "calls"
    #expect(diagnostics(catalogue: "metrics: { a: { formula: '\(minus)' } }").count == 1)
    let long = String(repeating: "calls + ", count: 1000) + "calls"
    #expect(diagnostics(catalogue: "metrics: { a: { formula: '\(long)' } }").count == 1)
  }

  @Test func countIsBounded() {
    let keys = (0..<1000).map { "key\($0): 1" }.joined(separator: ", ")
    #expect(diagnostics(catalogue: keys).count == 200)
  }

  @Test func whatNoSinglePlaceShowsHasAdvice() {
    let windows = (2...33).map { "{ name: hop_\($0), size: \($0)m, slide: 1m }" }.joined(separator: ", ")
    let found = diagnostics(catalogue: "windows: [\(windows)], metrics: { emails: { windows: [hop_2] } }")
    #expect(
      found.map { $0.message.hasSuffix("are too many for one measure; at most 56") } == [true], "\(found)")
    #expect(
      found.first?.suggestion
        == "leave out windows, zones or scopes, or set windows: and scopes: of single metrics")
  }

  @Test func zoneFunctionIsAskedOnlyForSafeNames() {
    for name in ["../../etc/passwd", "/etc/passwd", "Asia//Kuala", "a/../b", "Asia/Kuala Lumpur"] {
      let yaml = "kafka: { brokers: a }\ninput: { topics: t }\ncatalogue: { zone: '\(name)' }"
      var asked: [String] = []
      let (configuration, _) = ConfigurationLoader.load(yaml: yaml, file: "f") { zone in
        asked.append(zone)
        return nil
      }
      #expect(configuration == nil)
      #expect(asked.allSatisfy { !$0.contains("..") && !$0.hasPrefix("/") && !$0.contains(" ") })
    }
  }

  @Test func damagedZoneFileIsReported() {
    let yaml = "kafka: { brokers: a }\ninput: { topics: t }\ncatalogue: { zone: Mars/Olympus }"
    let (configuration, diagnostics) = ConfigurationLoader.load(yaml: yaml, file: "f") { _ in [1, 2, 3] }
    #expect(configuration == nil)
    #expect(diagnostics.first?.message.contains("zone Mars/Olympus") == true)
  }
}
