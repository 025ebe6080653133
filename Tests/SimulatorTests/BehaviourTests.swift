import Foundation
import Testing

@testable import Simulator

@Suite struct BehaviourTests {
  let events: [Recording.Event]
  let originals: [Recording.Event]
  let opportunities: [Recording.Event]

  init() throws {
    events = try Recording.twentyDays.get()
    originals = events.filter { !$0.record.isDuplicate }
    opportunities = originals.filter { $0.record.entity == .opportunity }
  }

  @Test func recordsAreWellFormedAndInOrderOfArrival() throws {
    let parse = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    var previous = Recording.start
    for event in events {
      let record = event.record
      #expect(record.arrivalAt >= previous)
      #expect(record.arrivalAt >= record.occurredAt && record.occurredAt >= Recording.start)
      previous = record.arrivalAt
      #expect(event.entity == record.entity.rawValue)
      #expect(String(decoding: record.key, as: UTF8.self) == "\(record.entity.rawValue):\(event.entityId)")
    }
    for event in events.prefix(3_000) {
      let written = try Date(event.occurredAt, strategy: parse)
      #expect(Int64((written.timeIntervalSince1970 * 1_000).rounded()) == event.record.occurredAt)
    }
    #expect(events.first?.record.arrivalAt == Recording.start)
  }

  @Test func onlyDuplicatesRepeatAnId() {
    var values: [String: [UInt8]] = [:]
    var duplicates = 0
    for event in events {
      if event.record.isDuplicate {
        duplicates += 1
        #expect(values[event.id] == event.record.value)
      } else {
        #expect(values.updateValue(event.record.value, forKey: event.id) == nil)
      }
    }
    let share = Double(duplicates) / Double(originals.count)
    #expect((0.008...0.012).contains(share))
  }

  @Test func someAreLateAndTheRestIsWithinTheDisorder() {
    let late = originals.filter(\.record.isLate)
    #expect(late.count > originals.count / 100)
    for event in originals {
      let delay = event.record.arrivalAt - event.record.occurredAt
      #expect(event.record.isLate ? (1_800_000...72_000_000).contains(delay) : (0...5_000).contains(delay))
      #expect(event.names.contains("recordedAt") == event.record.isLate)
    }
    #expect(zip(events, events.dropFirst()).contains { $0.record.occurredAt > $1.record.occurredAt })
  }

  @Test func everyEntityAndActivityAppears() {
    let entities = Set(originals.map(\.record.entity))
    #expect(entities == Set(SimulatedEntity.allCases).subtracting([.rate]))
    let activities = originals.filter { $0.record.entity == .activity }
    let kinds = Set(activities.compactMap { $0.text("kind") })
    #expect(kinds == ["call", "email", "meeting", "demo", "task", "follow_up", "proposal", "one_on_one"])
    let statuses = Set(activities.compactMap { $0.text("status") })
    #expect(statuses == ["scheduled", "completed", "cancelled", "no_show"])
    #expect(activities.contains { $0.operation == "delete" })
    let linked = activities.filter { $0.text("opportunityId") != nil }
    #expect(linked.count > activities.count / 3)
    #expect(Set(originals.filter { $0.record.entity == .cost }.compactMap { $0.text("category") }).count == 2)
  }

  @Test func meetingsAreScheduledBeforeTheirOutcome() {
    var scheduled: Set<String> = []
    var outcomes = 0
    for event in originals.sorted(by: { $0.record.occurredAt < $1.record.occurredAt })
    where event.record.entity == .activity && event.operation == "upsert" {
      if event.text("status") == "scheduled" {
        scheduled.insert(event.entityId)
      } else if event.text("kind") == nil {
        outcomes += 1
        #expect(scheduled.contains(event.entityId))
      }
    }
    #expect(outcomes > 100)
  }

  @Test func peopleWorkInWorkingHours() {
    let calls = originals.filter { $0.text("kind") == "call" }
    let hours = WorkHours(offsetMillis: 480 * 60_000)
    let atWork = calls.filter { hours.isWorking($0.record.occurredAt) }.count
    #expect(atWork > calls.count * 95 / 100)
    #expect(atWork < calls.count)
  }

  @Test func opportunitiesGoThroughEverythingThatCanHappen() throws {
    var seen: Set<String> = []
    var status: [String: String] = [:]
    var stages: [String: Int] = [:]
    for event in opportunities.sorted(by: { $0.record.occurredAt < $1.record.occurredAt }) {
      let before = status[event.entityId]
      if event.operation != "upsert" { seen.insert(event.operation) }
      if event.operation == "merge" {
        let winner = try #require(event.mergedInto)
        #expect(winner != event.entityId && status[winner] == "open")
      }
      if before == nil {
        #expect(
          event.text("status") == "open" && event.text("createdAt") != nil && event.text("ownerId") != nil)
      }
      let after = event.text("status") ?? before ?? ""
      if let before {
        if before != "open", after == "open" { seen.insert("reopen \(before)") }
        if event.text("ownerId") != nil { seen.insert("reown \(before)") }
        if event.text("amount") != nil, before == after { seen.insert("amend \(before)") }
        if before == "open", after != "open" { seen.insert(after) }
        #expect((event.text("ownerId") == nil) == (event.text("teamId") == nil))
      }
      if let stage = event.text("stage").flatMap(Vocabulary.stages.firstIndex) {
        if let last = stages[event.entityId], before == after { seen.insert("step \(stage - last)") }
        stages[event.entityId] = stage
      }
      status[event.entityId] = after
    }
    #expect(
      seen.isSuperset(of: [
        "snapshot", "delete", "restore", "merge", "won", "lost", "reopen won", "reopen lost", "reown open",
        "reown won", "amend open", "amend won", "step 1", "step 2", "step -1",
      ]), "\(seen)")
  }

  @Test func theFirstDaysGiveEveryMetricAValue() {
    let early = originals.filter { $0.record.arrivalAt < Recording.start + 3 * Recording.day }
    let firstDay = originals.filter { $0.record.arrivalAt < Recording.start + Recording.day }
    #expect(firstDay.contains { $0.text("status") == "won" })
    #expect(firstDay.contains { $0.text("status") == "lost" })
    #expect(firstDay.contains { $0.numbers["newCustomer"] == 1 })
    #expect(firstDay.contains { $0.record.entity == .cost })
    let responses = early.filter { $0.text("kind") == "enps" && $0.record.entity == .surveyResponse }
    let byTeam = Dictionary(grouping: responses) { $0.text("teamId") ?? "" }.mapValues(\.count)
    #expect(byTeam.count == 5 && byTeam.values.allSatisfy { $0 >= 5 }, "\(byTeam)")
    for response in originals where response.record.entity == .surveyResponse {
      let score = response.numbers["score"] ?? 0
      #expect((1...(response.numbers["scaleMax"] ?? 0)).contains(score))
      #expect(response.text("ownerId") == nil && !response.names.contains("actorId"))
    }
  }

  @Test func dealsCloseAboutAsFastAsSet() throws {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    var created: [String: Double] = [:]
    var days: [Double] = []
    for event in opportunities.sorted(by: { $0.record.occurredAt < $1.record.occurredAt }) {
      if event.operation == "upsert", let text = event.text("createdAt") {
        created[event.entityId] = try Date(text, strategy: style).timeIntervalSince1970
      } else if event.text("closedAt") != nil, let start = created.removeValue(forKey: event.entityId),
        event.text("status") == "won"
      {
        days.append((Double(event.record.occurredAt) / 1_000 - start) / 86_400)
      }
    }
    #expect(days.count > 100)
    #expect((2.3...3.8).contains(days.sorted()[days.count / 2]))
  }
}
