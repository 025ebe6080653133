import Core

/// Says in words which windows an instant falls in, and when they close, become final and are dropped.
public struct WindowExplanation {
  /// Of one kind of window, no more than this are written out unless all are asked for.
  public static let shownMax = 4

  private let catalogue: CatalogueDefinition
  private let zone: Zone
  private let isWhole: Bool

  /// - Parameters:
  ///   - zone: Whose calendar it is; nil is that of the catalogue.
  ///   - isWhole: Whether every window of a kind is written out, however many they are.
  public init(_ catalogue: CatalogueDefinition, zone: Zone? = nil, isWhole: Bool = false) {
    self.catalogue = catalogue
    self.zone = zone ?? catalogue.zone
    self.isWhole = isWhole
  }

  /// Several lines, without a newline at the end.
  public func text(at instant: Instant) -> String {
    var lines = [
      "\(Zone.utc.format(instant)) is \(zone.format(instant)) in \(zone.name), "
        + Self.weekdays[zone.civilDate(at: instant).weekday - 1]
    ]
    for window in catalogue.windows {
      lines.append("")
      lines += block(window, at: instant)
    }
    lines.append("")
    lines.append(
      "A window closes, and becomes final, when its partitions' watermark passes that time: the watermark is "
        + "\(DurationText.text(catalogue.disorderMillis)) behind the newest event.")
    if !otherZones.isEmpty {
      lines.append("Also in use here; look at them with --zone: \(otherZones.joined(separator: ", ")).")
    }
    return lines.joined(separator: "\n")
  }

  private static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  /// The zones that some metric or some scope's value has, except the one that is shown.
  private var otherZones: [String] {
    let ofValues = catalogue.scopeZones.map { Array($0.zones.values) } ?? []
    let all = [catalogue.zone] + catalogue.metrics.compactMap(\.zone) + ofValues
    return Set(all.map(\.name)).subtracting([zone.name]).sorted()
  }

  private func block(_ window: WindowDefinition, at instant: Instant) -> [String] {
    guard window.kind != .all else {
      return ["\(window.name): all of time; it never closes, and is kept for ever"]
    }
    let calendar = WindowCalendar(kind: window.kind, zone: zone)
    let found = calendar.windows(containing: instant)
    var lines: [String] = []
    let half = Self.shownMax / 2
    for (place, bounds) in found.enumerated() {
      guard isWhole || found.count <= Self.shownMax || place < half || place >= found.count - half else {
        if place == half { lines.append("\(window.name): … \(found.count - 2 * half) more, see --all …") }
        continue
      }
      lines += block(window, bounds, calendar)
    }
    return lines
  }

  private func block(
    _ window: WindowDefinition, _ bounds: WindowBounds, _ calendar: WindowCalendar
  ) -> [String] {
    let length = DurationText.text(bounds.end - bounds.start)
    let retentionMillis = max(window.retentionMillis, window.graceMillis)
    var note = "\(length) long"
    if window.kind.isSession { note = "if no other event is less than \(length) away" }
    return [
      "\(window.name): \(calendar.label(bounds)), \(note)",
      line("from", bounds.start),
      line("to", bounds.end, "closes"),
      line("", bounds.end + window.graceMillis, "final, \(DurationText.text(window.graceMillis)) later"),
      line("", bounds.end + retentionMillis, "dropped, \(DurationText.text(retentionMillis)) after its end"),
    ]
  }

  private func line(_ word: String, _ instant: Instant, _ note: String = "") -> String {
    let text =
      "  " + Self.padded(word, to: 6) + Self.padded(Zone.utc.format(instant), to: 26)
      + Self.padded(zone.format(instant), to: 32) + note
    return text.trimmingEnd
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.utf8.count))
  }
}

extension String {
  /// Without spaces at the end.
  fileprivate var trimmingEnd: String {
    String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
  }
}
