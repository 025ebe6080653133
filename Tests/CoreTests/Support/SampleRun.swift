@testable import Core

/// Which number an update is about, by names.
struct NumberKey: Hashable, CustomStringConvertible {
  var metric: String
  var scope: String
  var first = ""
  var second = ""
  var currency = ""
  var window: String
  var start: Int64
  /// Of a cumulative window, which is told by it.
  var end: Int64?

  var description: String {
    "\(metric) of \(scope) \(first)/\(second) \(currency) in \(window) from \(start)"
  }
}

/// What an update says of it.
struct NumberValue: Equatable {
  var value: PublishedNumber
  var numerator: PublishedNumber
  var denominator: PublishedNumber
  var sample: PublishedNumber
  var state: WindowState
  var revision: UInt64
  var completeSince: Int64

  var millionths: Int128? { value.isNull ? nil : value.millionths }

  /// Equal but for the revision.
  func agrees(with other: NumberValue) -> Bool {
    value == other.value && numerator == other.numerator && denominator == other.denominator
      && sample == other.sample && state == other.state
  }
}

/// A ledger with its tasks, fed with sample events, and everything it ever handed over.
final class SampleRun {
  let catalogue: Catalogue
  let tasks: [PartitionTask]
  let ledger: Ledger
  private let feeder: SampleFeeder
  /// The last update of every number.
  var latest: [NumberKey: NumberValue] = [:]
  /// How often each number was handed over in each state, confirmed or not.
  var handedOver: [NumberKey: [WindowState]] = [:]
  /// Numbers whose revision did not rise.
  var fallenRevisions: [String] = []

  init(_ catalogue: Catalogue, partitions: Int = 1) {
    self.catalogue = catalogue
    tasks = (0..<partitions).map {
      PartitionTask(catalogue: catalogue, topic: "events", partition: Int32($0))
    }
    ledger = Ledger(catalogue: catalogue, tasks: tasks)
    feeder = SampleFeeder(catalogue)
  }

  @discardableResult
  func feed(_ event: SampleEvent, partition: Int = 0) -> Outcome { feeder.feed(event, to: tasks[partition]) }

  func flush() { for task in tasks { task.flush() } }

  /// Publishes at the watermark of the events, or of the clock, and confirms.
  func publish(now: Int64 = 0) {
    hand(now: now)
    ledger.confirm()
  }

  /// Publishes without confirming and returns what was handed over.
  @discardableResult
  func hand(now: Int64 = 0, isRetry: Bool = false) -> [NumberKey: NumberValue] {
    flush()
    var handed: [NumberKey: NumberValue] = [:]
    ledger.publish(watermark: ledger.watermark(now: now)) { update in
      let key = self.key(update)
      let value = Self.value(update)
      if handed[key] != nil { fallenRevisions.append("\(key) twice in one publication") }
      handed[key] = value
      if let known = latest[key], !isRetry, known.revision >= value.revision {
        fallenRevisions.append("\(key): \(known.revision) then \(value.revision)")
      }
      latest[key] = value
      handedOver[key, default: []].append(value.state)
    }
    return handed
  }

  func publishAll() -> [NumberKey: NumberValue] {
    flush()
    var all: [NumberKey: NumberValue] = [:]
    ledger.publishAll(watermark: ledger.watermark) { update in
      let key = self.key(update)
      if all[key] != nil { fallenRevisions.append("\(key) twice in one full publication") }
      all[key] = Self.value(update)
    }
    return all
  }

  /// A new run with the state of this one, and its memory of what was handed over.
  func restored(_ other: Catalogue? = nil) throws -> SampleRun {
    let run = SampleRun(other ?? catalogue, partitions: tasks.count)
    try run.ledger.decodeState(ledger.encodeState())
    run.latest = latest
    run.handedOver = handedOver
    run.fallenRevisions = fallenRevisions
    for (old, new) in zip(tasks, run.tasks) { new.isAtEnd = old.isAtEnd }
    return run
  }

  /// The present value of a number in millionths; nil when it has none or was never published.
  func number(
    _ metric: String, _ scope: String = "company", _ first: String = "", currency: String = "",
    window: String = "all", start: Int64 = .min
  ) -> Int128? {
    latest[
      NumberKey(
        metric: metric, scope: scope, first: first, second: "", currency: currency, window: window,
        start: start)]?
      .millionths
  }

  /// Everything but the empty numbers of rows that are found anew after a restart, which may be gone then.
  static func lasting(_ numbers: [NumberKey: NumberValue]) -> [NumberKey: NumberValue] {
    let derived: Set<String> = ["new_customers", "deal_activities", "activities_per_win"]
    return numbers.filter { key, value in
      !derived.contains(key.metric) || (value.millionths != nil && value.millionths != 0)
    }
  }

  /// The first number, by name, in which two publications differ; nil when they are equal.
  static func difference(_ left: [NumberKey: NumberValue], _ right: [NumberKey: NumberValue]) -> String? {
    let (left, right) = (lasting(left), lasting(right))
    let unequal = Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }
    guard let first = unequal.min(by: { $0.description < $1.description }) else { return nil }
    func text(_ value: NumberValue?) -> String {
      value.map { "\($0.millionths.map(String.init) ?? "no value") \($0.state), revision \($0.revision)" }
        ?? "nothing"
    }
    return "\(unequal.count) numbers differ: \(first) is \(text(left[first])) and \(text(right[first]))"
  }

  private func key(_ update: Update) -> NumberKey {
    NumberKey(
      metric: catalogue.metrics[update.metric].name, scope: catalogue.scopes[update.scope].name,
      first: Self.text(update.firstId), second: Self.text(update.secondId),
      currency: Self.text(update.currency),
      window: catalogue.windows[update.window].name, start: update.start,
      end: catalogue.windows[update.window].isCumulative ? update.end : nil)
  }

  private static func value(_ update: Update) -> NumberValue {
    NumberValue(
      value: update.value, numerator: update.numerator, denominator: update.denominator,
      sample: update.sample,
      state: update.state, revision: update.revision, completeSince: update.completeSince)
  }

  static func text(_ bytes: EventBytes) -> String {
    String(decoding: UnsafeRawBufferPointer(start: bytes.start, count: bytes.count), as: UTF8.self)
  }
}
