@testable import Core

/// What a plan must publish in the end: a list of what was accepted where, added up window by window.
struct LawModel {
  private let plan: LawPlan
  private var streamTimes: [Int64]
  private var rows: [String: Row] = [:]
  /// Values that count, by window, scope and metric; what counts in sessions has its time.
  private var values: [LawKey: [Value]] = [:]
  private(set) var lateCount = 0
  private(set) var readCount = 0
  /// How many pairs of an event and a window were judged.
  private(set) var caseCount = 0

  private struct Row {
    var fields: LawEvent?
    var isRemoved = false
  }

  private struct Value {
    let time: Int64
    let amount: Int64
    let rep: Int
  }

  init(_ plan: LawPlan) {
    self.plan = plan
    streamTimes = Array(repeating: .min, count: plan.partitions)
  }

  mutating func take(_ event: LawEvent) {
    readCount += 1
    streamTimes[event.partition] = max(streamTimes[event.partition], event.time)
    switch event.content {
    case .call(let minutes): countCall(event, minutes)
    case .deal(let id, _, _, _, _): rows[id, default: Row()].fields = event
    case .removal(let id): rows[id, default: Row()].isRemoved = true
    case .restoral(let id): rows[id, default: Row()].isRemoved = false
    }
  }

  private func scopes(_ event: LawEvent) -> [(name: String, id: String, region: Int?)] {
    [
      ("company", "", nil), ("rep", "rep-\(event.rep)", nil),
      ("region", "region-\(event.region)", event.region),
    ]
  }

  private mutating func countCall(_ event: LawEvent, _ minutes: Int64) {
    let present = streamTimes[event.partition]
    var isLate = false
    for (number, kind) in plan.kinds.enumerated() {
      for scope in scopes(event) {
        for metric in LawPlan.streams {
          let zone = plan.zone(ofMetric: metric, region: scope.region)
          let over = kind.windows(event.time, zone)
          let allowance = plan.late == .amend ? plan.retentionMillis : plan.graceMillis
          let taking = over.filter { kind.isAll || $0.end + allowance > present }
          if scope.name == "company", metric == "calls" { caseCount += over.count }
          if taking.count < over.count { isLate = true }
          let key = LawKey(
            metric: metric, scope: scope.name, id: scope.id, window: plan.name(number), start: 0, end: 0)
          let moved = taking.isEmpty && plan.late == .next
          for window in moved ? kind.windows(present, zone) : taking {
            add(
              key, kind, window, Value(time: moved ? present : event.time, amount: minutes, rep: event.rep))
          }
        }
      }
    }
    if isLate, plan.late != .next { lateCount += 1 }
  }

  private mutating func add(_ key: LawKey, _ kind: LawKind, _ window: LawKind.Interval, _ value: Value) {
    var key = key
    if !kind.isSession { (key.start, key.end) = window }
    values[key, default: []].append(value)
  }

  /// Adds what the rows contribute as they are now.
  mutating func finish() {
    for row in rows.values where !row.isRemoved {
      guard let event = row.fields,
        case .deal(_, true, let amount, let currency, let closedAt) = event.content
      else { continue }
      for (number, kind) in plan.kinds.enumerated() {
        for scope in scopes(event) {
          for metric in LawPlan.tables {
            let key = LawKey(
              metric: metric, scope: scope.name, id: scope.id, currency: metric == "revenue" ? currency : "",
              window: plan.name(number), start: 0, end: 0)
            let over = kind.windows(closedAt, plan.zone(ofMetric: metric, region: scope.region))
            if scope.name == "company", metric == "won" { caseCount += over.count }
            for window in over {
              add(key, kind, window, Value(time: closedAt, amount: amount, rep: event.rep))
            }
          }
        }
      }
    }
  }

  /// Every number that must have been published, in millionths.
  func numbers() -> [LawKey: Int128] {
    var numbers: [LawKey: Int128] = [:]
    for (key, list) in values {
      guard key.start == 0, key.end == 0 else {
        numbers[key] = Self.number(key.metric, list)
        continue
      }
      let sorted = list.sorted { $0.time < $1.time }
      guard let kind = plan.kinds.indices.first(where: { plan.name($0) == key.window }),
        case .session(let gap) = plan.kinds[kind]
      else { continue }
      var session: [Value] = []
      func close() {
        guard let first = session.first, let last = session.last else { return }
        var key = key
        (key.start, key.end) = (first.time, last.time + gap)
        numbers[key] = Self.number(key.metric, session)
      }
      for value in sorted {
        if let last = session.last, value.time - last.time >= gap {
          close()
          session = []
        }
        session.append(value)
      }
      close()
    }
    return numbers
  }

  private static func number(_ metric: String, _ list: [Value]) -> Int128 {
    switch metric {
    case "minutes", "revenue": list.reduce(0) { $0 + Int128($1.amount) }
    case "longest": Int128(list.map(\.amount).max() ?? 0)
    case "reps": Int128(Set(list.map(\.rep)).count) * 1_000_000
    default: Int128(list.count) * 1_000_000
    }
  }
}
