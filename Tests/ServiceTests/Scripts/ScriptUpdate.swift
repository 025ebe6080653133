import Core

@testable import Service

/// Something that a commit handed over, in the words of scripts.
struct ScriptUpdate {
  let subject: String
  let attributes: [String: String]
  let isTombstone: Bool
  let text: String

  init(_ update: Update, _ catalogue: Core.Catalogue, _ time: ScriptTime) {
    let metric = catalogue.metrics[update.metric]
    let scope = catalogue.scopes[update.scope].name
    let window = catalogue.windows[update.window]
    let currency = update.currency.isAbsent ? "" : "/" + Self.text(update.currency)
    var subject = "\(metric.name)\(currency) \(scope)"
    if !update.firstId.isAbsent { subject += "/" + Self.text(update.firstId) }
    if !update.secondId.isAbsent { subject += "/" + Self.text(update.secondId) }
    subject += " \(window.name)"
    if update.end != WindowBounds.latest {
      subject += ScriptExpectation.interval(update.start, update.end, time)
    }
    self.subject = subject
    isTombstone = update.isTombstone
    guard !update.isTombstone else {
      attributes = [:]
      text = subject + " withdrawn"
      return
    }
    let said = [
      "state": update.state.name, "value": Self.text(update.value), "was": Self.text(update.previousValue),
      "rev": String(update.revision), "late": String(update.lateCount), "prior": Self.text(update.priorValue),
      "n": Self.text(update.sample), "zone": window.calendar.zone.name,
    ]
    let more = ScriptExpectation.names.sorted().map { "\($0) \(said[$0] ?? "")" }
    attributes = said
    text = "\(subject) \(update.state.name) \(Self.text(update.value)) " + more.joined(separator: " ")
  }

  init(_ letter: DeadLetter) {
    switch letter.kind {
    case .late(let window, let millis): subject = "late \(window) by \(Self.duration(millis))"
    case .rejected(let reason, _): subject = "dead \(reason)"
    }
    attributes = [:]
    isTombstone = false
    text = subject
  }

  /// Whole seconds, or milliseconds.
  private static func duration(_ millis: Int64) -> String {
    millis.isMultiple(of: 1_000) ? "\(millis / 1_000)s" : "\(millis)ms"
  }

  private static func text(_ bytes: EventBytes) -> String {
    String(decoding: UnsafeRawBufferPointer(start: bytes.start, count: bytes.count), as: UTF8.self)
  }

  private static func text(_ number: PublishedNumber) -> String {
    if number.isNull { return "-" }
    let whole = number.millionths.magnitude / 1_000_000
    var fraction = String(String(number.millionths.magnitude % 1_000_000 + 1_000_000).dropFirst())
    while fraction.last == "0" { fraction.removeLast() }
    return (number.millionths < 0 ? "-" : "") + "\(whole)" + (fraction.isEmpty ? "" : "." + fraction)
  }
}
