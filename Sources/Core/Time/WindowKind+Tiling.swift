extension WindowCalendar {
  /// Whether every window of this tiling calendar is made of whole windows of a finer one.
  func isTiled(by finer: WindowCalendar) -> Bool {
    if self == finer { return true }
    switch (kind, finer.kind) {
    case (.all, _): return true
    case (_, .all): return false
    case (.tumbling(let size, let offset), .tumbling(let step, let stepOffset)):
      return size % step == 0 && (offset - stepOffset) % step == 0
    case (_, .tumbling(let step, let stepOffset)):
      return zone.boundaryStepMillis % step == 0 && stepOffset % step == 0
    case (.tumbling, _): return false
    default: return zone == finer.zone && isTiled(byLocal: finer.kind)
    }
  }

  private func isTiled(byLocal finer: WindowKind) -> Bool {
    switch (kind, finer) {
    case (.hour, _): false
    case (_, .hour), (_, .day): true
    case (.dayBlock(let size, let phase), .dayBlock(let step, let stepPhase)):
      size % step == 0 && (phase - stepPhase) % step == 0
    case (.monthBlock, .month), (.quarter, .month), (.year, .month), (.fiscalQuarter, .month),
      (.fiscalYear, .month), (.year, .quarter):
      true
    case (.fiscalYear(let month), .fiscalQuarter(let other)): month == other
    default: false
    }
  }

  /// The finest interval that tiles windows of all these kinds, as coarse as is easily told.
  static func commonPane(of calendars: [WindowCalendar]) -> WindowCalendar {
    let finite = calendars.filter { $0.kind != .all }
    guard let first = finite.first else { return WindowCalendar(kind: .all, zone: .utc) }
    for candidate in finite + [.hour, .day].map({ WindowCalendar(kind: $0, zone: first.zone) })
    where finite.allSatisfy({ $0.isTiled(by: candidate) }) {
      return candidate
    }
    var size: Int64 = 0
    for calendar in finite {
      if case .tumbling(let sizeMillis, let offsetMillis) = calendar.kind {
        size = divisor(divisor(size, sizeMillis), offsetMillis)
      } else {
        size = divisor(size, calendar.zone.boundaryStepMillis)
      }
    }
    return WindowCalendar(kind: .tumbling(sizeMillis: size, offsetMillis: 0), zone: .utc)
  }
}

extension Zone {
  /// A length, at most an hour, that divides every offset and every transition since 1970, in milliseconds.
  var boundaryStepMillis: Int64 {
    var step = Millis.hour
    for index in spanStarts.indices {
      let end = index + 1 < spanStarts.count ? spanStarts[index + 1] : Int64.max
      if end <= 0 { continue }
      step = WindowCalendar.divisor(step, spanOffsetsMillis[index])
      if spanStarts[index] > 0 { step = WindowCalendar.divisor(step, spanStarts[index]) }
    }
    return step
  }
}
