import Foundation
import Testing

@testable import Simulator

@Suite struct SimulationTests {
  private func first(_ count: Int, _ settings: SimulatorSettings) -> [SimulatedRecord] {
    var simulation = Simulation(settings)
    return (0..<count).map { _ in simulation.next() }
  }

  @Test func equalSettingsGiveEqualBytes() {
    let settings = Recording.settings()
    #expect(first(8_000, settings) == first(8_000, settings))
    #expect(first(8_000, settings) != first(8_000, Recording.settings(seed: 12)))
  }

  @Test func takingByTimeGivesTheSameSequence() {
    var byTime = Simulation(Recording.settings())
    var taken: [SimulatedRecord] = []
    var clock = Recording.start
    while taken.count < 5_000 {
      let part = byTime.next(until: clock)
      #expect(part.allSatisfy { $0.arrivalAt <= clock })
      taken += part
      clock += 7_777_777
    }
    #expect(taken == first(taken.count, Recording.settings()))
  }

  @Test func malformedRecordsComeInAdditionAndInEveryKind() throws {
    var settings = Recording.settings()
    settings.malformedShare = 0.05
    let mixed = first(6_000, settings)
    let wellFormed = mixed.filter { $0.malformedKind == nil }
    #expect(wellFormed == first(wellFormed.count, Recording.settings()))

    let malformed = mixed.filter { $0.malformedKind != nil }
    #expect(Set(malformed.compactMap(\.malformedKind)) == Set(1...20))
    #expect(Set(MalformedKind.allCases.map(\.rawValue)) == Set(1...20))
    let unreadable: [MalformedKind] = [.empty, .truncated, .plainText, .invalidUTF8, .trailingBytes]
    for record in malformed {
      let kind = try #require(record.malformedKind.flatMap(MalformedKind.init(rawValue:)))
      guard kind != .tooDeep else { continue }
      let object = try? JSONSerialization.jsonObject(with: Data(record.value), options: .fragmentsAllowed)
      #expect((object == nil) == unreadable.contains(kind), "\(kind)")
      if let members = object as? [String: Any] {
        #expect((members["id"] == nil) == (kind == .missingId))
        #expect((members["entity"] == nil) == (kind == .missingEntity))
        #expect((members["entityId"] == nil) == (kind == .missingEntityId))
        #expect((members["occurredAt"] == nil) == (kind == .missingTime))
        #expect((members["data"] is [String: Any]) == (kind != .dataNotObject))
      }
    }
  }

  @Test func aPrefixKeepsSimulationsApart() throws {
    var settings = Recording.settings()
    settings.idPrefix = "p7-"
    for event in try Recording.events(settings, days: 2) {
      #expect(event.id.hasPrefix("p7-"))
      #expect(event.record.entity == .member || event.entityId.hasPrefix("p7-"))
    }
  }

  @Test func currenciesByRegionComeWithRates() throws {
    var settings = Recording.settings()
    settings.currencies = .byRegion
    let events = try Recording.events(settings, days: 3)
    let created = events.filter { $0.record.entity == .opportunity && $0.text("createdAt") != nil }
    let byRegion = Dictionary(grouping: created) { $0.text("regionId") ?? "" }
    #expect(
      byRegion.mapValues { Set($0.compactMap { $0.text("currency") }) }
        == ["my-kl": ["MYR"], "sg-central": ["SGD"], "id-jakarta": ["IDR"]])
    let rates = events.filter { $0.record.entity == .rate && !$0.record.isDuplicate }
    #expect(Set(rates.map(\.entityId)) == ["SGD-MYR", "IDR-MYR", "THB-MYR", "VND-MYR"])
    #expect(rates.count >= 12)
    for rate in rates { #expect(Double(rate.text("rate") ?? "") ?? 0 > 0) }
  }

  @Test(arguments: [(1, 1, 1), (1, 1, 4), (3, 7, 7), (12, 30, 90)])
  func smallAndUnevenOrganisationsWork(_ size: (regions: Int, teams: Int, reps: Int)) throws {
    var settings = Recording.settings()
    (settings.regions, settings.teams, settings.reps) = size
    settings.accounts = size.reps * 3
    settings.zoneOffsetMinutes = -300
    let events = try Recording.events(settings, days: 15)
    let members = events.filter { $0.record.entity == .member && !$0.record.isDuplicate }
    #expect(members.count == size.reps)
    #expect(Set(members.compactMap { $0.text("teamId") }).count == size.teams)
    #expect(Set(members.compactMap { $0.text("regionId") }).count == size.regions)
    #expect(events.count > size.reps * 500)
  }

  @Test func memoryDoesNotGrowWithTime() {
    var simulation = Simulation(Recording.settings())
    _ = simulation.next(until: Recording.start + 25 * Recording.day)
    let early = simulation.deals.count
    _ = simulation.next(until: Recording.start + 80 * Recording.day)
    #expect(simulation.deals.count < early * 3 / 2)
    let open = simulation.organisation.reps.map(\.openDeals.count).reduce(0, +)
    #expect(open <= simulation.deals.count - simulation.freeDealPlaces.count)
    #expect(simulation.organisation.accounts.count == Recording.settings().accounts)
  }
}
