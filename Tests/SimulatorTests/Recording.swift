import Foundation
import Testing

@testable import Simulator

/// Twenty days of a small organisation, simulated and parsed once for all tests.
enum Recording {
  struct Event: Sendable {
    let record: SimulatedRecord
    let id: String
    let entity: String
    let operation: String
    let entityId: String
    let mergedInto: String?
    let occurredAt: String
    /// The names of the members of the event.
    let names: Set<String>
    /// The texts, numbers and booleans in `data`.
    let texts: [String: String]
    let numbers: [String: Double]

    func text(_ name: String) -> String? { texts[name] }

    init(_ record: SimulatedRecord) throws {
      let object = try JSONSerialization.jsonObject(with: Data(record.value))
      let members = try #require(object as? [String: Any])
      let data = try #require(members["data"] as? [String: Any])
      self.record = record
      id = try #require(members["id"] as? String)
      entity = try #require(members["entity"] as? String)
      operation = try #require(members["op"] as? String)
      entityId = try #require(members["entityId"] as? String)
      mergedInto = members["mergedInto"] as? String
      occurredAt = try #require(members["occurredAt"] as? String)
      names = Set(members.keys)
      texts = data.compactMapValues { $0 as? String }
      numbers = data.compactMapValues { ($0 as? NSNumber)?.doubleValue }
    }
  }

  /// Sunday 2026-03-01 at 16:00 UTC, which is Monday at 0:00 in Kuala Lumpur.
  static let start: Int64 = 1_772_380_800_000
  static let day: Int64 = 86_400_000

  static func settings(seed: UInt64 = 11) -> SimulatorSettings {
    var settings = SimulatorSettings(seed: seed, start: start)
    settings.regions = 3
    settings.teams = 5
    settings.reps = 50
    settings.accounts = 500
    return settings
  }

  static let twentyDays = Result { try events(settings(), days: 20) }

  static func events(_ settings: SimulatorSettings, days: Int64) throws -> [Event] {
    var simulation = Simulation(settings)
    return try simulation.next(until: settings.start + days * day).map(Event.init)
  }
}
