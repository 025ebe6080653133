import Catalogue
import Testing

struct ConfigurationPlanTests {
  private func configuration(_ catalogue: String) throws -> Configuration {
    let yaml = """
      kafka: { brokers: a }
      input: { topics: t }
      catalogue: { built_in: [calls], \(catalogue) }
      """
    return try #require(Files.load(yaml).0)
  }

  private func settings(from old: String, to new: String) throws -> [String] {
    try ConfigurationPlan(from: configuration(old), to: configuration(new)).settings.map(\.text)
  }

  @Test func changedWindowsAreNamed() throws {
    let windows = "windows: [day, { name: block, size: 15m }"
    #expect(
      try settings(from: "\(windows)], retention: 400d", to: "\(windows)], retention: 500d") == [
        "~ catalogue.windows.day.retention changed", "~ catalogue.windows.block.retention changed",
      ])
    #expect(
      try settings(from: "windows: [day, week]", to: "windows: [day, { name: week, grace: 1h }]")
        == ["~ catalogue.windows.week.grace changed"])
    #expect(
      try settings(from: "\(windows)]", to: "windows: [day, { name: block, size: 30m }, month]")
        == ["~ catalogue.windows changed", "~ catalogue.windows.block changed"])
    #expect(try settings(from: "\(windows)]", to: "\(windows)]").isEmpty)
  }
}
