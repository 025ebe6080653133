import Foundation
import Testing

@testable import Service

/// Where a configuration may come from, and what is said of places that have none.
struct ConfigurationFileTests {
  private static let yaml = "kafka: { brokers: 'a:1' }\ninput: { topics: t }\n"

  @Test func pipesAreRead() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    try StandardStream(descriptor: ends[1], name: "the pipe", isPatient: true).write(Self.yaml)
    close(ends[1])
    let (configuration, diagnostics) = try ConfigurationFile.load(path: "/dev/fd/\(ends[0])")
    #expect(configuration?.input.topics == ["t"])
    #expect(diagnostics.isEmpty)
  }

  @Test func nothingIsAnEmptyFile() throws {
    let (configuration, diagnostics) = try ConfigurationFile.load(path: "/dev/null")
    #expect(configuration == nil)
    #expect(diagnostics.map(\.message) == ["/dev/null is empty"])
  }

  @Test(arguments: [
    ("/nowhere", "No such file or directory", "name a readable file with --against"),
    ("/tmp", "Is a directory", "name the configuration file in it with --against"),
  ])
  func whatCannotBeReadIsSaid(path: String, reason: String, remedy: String) throws {
    let fault = try #require(throws: ServiceFault.self) {
      try ConfigurationFile.load(path: path, option: "--against")
    }
    #expect(fault.message.contains(path) && fault.message.hasSuffix(reason))
    #expect(fault.remedy == remedy)
  }
}
