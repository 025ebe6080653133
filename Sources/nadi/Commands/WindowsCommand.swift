import ArgumentParser
import Catalogue
import Core
import Service

struct WindowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windows",
    abstract: "Says which windows a time falls in, and when they close, become final and are dropped.")

  @Option(help: "RFC 3339, or a date or time without offset in the zone; default is the present time.")
  var at: String?

  @Option(help: "An IANA time zone; default is that of the catalogue.")
  var zone: String?

  @Option(help: "The configuration; without it the built-in catalogue in UTC.")
  var config: String?

  @Flag(help: "Prints all windows of a kind, where a time falls in many.")
  var all = false

  func run() throws {
    try Exit.running {
      let catalogue =
        try config.map { try ConfigurationOption.load($0).catalogue } ?? BuiltInCatalogue.definition()
      let zone = try namedZone() ?? catalogue.zone
      try StandardOutput.print(
        WindowExplanation(catalogue, zone: zone, isWhole: all).text(at: try instant(in: zone)))
      try StandardOutput.print("Time zone rules: \(ZoneRules.version()).")
    }
  }

  private func namedZone() throws -> Zone? {
    guard let zone else { return nil }
    if zone == "UTC" { return .utc }
    guard let bytes = ConfigurationFile.zoneBytes(zone) else {
      throw ServiceFault(
        .usage, "--zone \(zone) is no time zone of this system",
        remedy: "write an IANA name, such as Asia/Kuala_Lumpur")
    }
    return try Zone(name: zone, tzif: bytes)
  }

  private func instant(in zone: Zone) throws -> Instant {
    guard let at else { return WallClock.nowMillis() }
    let bytes = Array(at.utf8)
    let found = bytes.withUnsafeBufferPointer {
      RFC3339.parseInstant($0) ?? RFC3339.parseLocal($0, zone: zone)
    }
    guard let found else {
      throw ServiceFault(
        .usage, "--at \(at) is no time",
        remedy: "write it like 2026-11-24T01:10:17Z, 2026-11-24T09:10:17 or 2026-11-24")
    }
    return found
  }
}
