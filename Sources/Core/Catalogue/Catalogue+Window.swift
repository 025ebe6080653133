extension Catalogue {
  /// A kind of window with its calendar and life cycle; a class, because every cell asks for its window and a copy would
  /// count a reference for each member.
  public final class Window: Sendable {
    public let name: String
    public let calendar: WindowCalendar
    public let graceMillis: Int64
    public let retentionMillis: Int64
    /// False for a window that only holds the panes of others.
    public let isPublished: Bool
    /// Zero, or the number of the zone that values of the zone dimension choose.
    public let zoneTag: Int
    /// Whether it is there for metrics that name their zone.
    let isOwnZone: Bool
    /// Of a window whose kind does not tile: the windows that hold its panes, finest first.
    let panes: [Int]
    /// Whether each instant lies in exactly one of its windows.
    let isTiling: Bool
    /// Whether its windows are found by events and not by time alone.
    let isSession: Bool
    public let isAll: Bool
    /// Whether its windows begin with their period and are told apart by their end.
    public let isCumulative: Bool

    init(
      name: String, calendar: WindowCalendar, graceMillis: Int64, retentionMillis: Int64, isPublished: Bool,
      zoneTag: Int, isOwnZone: Bool, panes: [Int] = []
    ) {
      self.name = name
      self.calendar = calendar
      self.graceMillis = graceMillis
      self.retentionMillis = retentionMillis
      self.isPublished = isPublished
      self.zoneTag = zoneTag
      self.isOwnZone = isOwnZone
      self.panes = panes
      isTiling = calendar.kind.isTiling
      isSession = calendar.kind.isSession
      isAll = calendar.kind == .all
      isCumulative = if case .cumulative = calendar.kind { true } else { false }
    }

    /// The same window made of panes.
    func made(of panes: [Int]) -> Window {
      Window(
        name: name, calendar: calendar, graceMillis: graceMillis, retentionMillis: retentionMillis,
        isPublished: isPublished, zoneTag: zoneTag, isOwnZone: isOwnZone, panes: panes)
    }
  }
}
