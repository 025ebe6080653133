/// Metrics of windows that use a level, such as those that divide by the members there are now.
extension Publication {
  /// A level changed: hands over what uses it in the windows that are under way.
  ///
  /// Windows that are open but lie behind are handed over with the level of then when they close.
  mutating func visitLevel(
    store number: Int, group: Int, segment: UnsafeMutablePointer<Segment>, row: Int,
    _ body: (Update) throws -> Void
  ) rethrows {
    let cell = context(number, segment, row)
    evaluator.beginCell()
    let rows = evaluator.gather(group: group, cell)
    if let first = rows.parts.first(where: { $0.isDirty }), first.store < number { return }
    guard rows.isChanged else { return }
    let isSplit = catalogue.groups[group].currencySlot < 0
    for index in catalogue.levelDependents[group] {
      let metric = catalogue.metrics[index]
      guard metric.scopes[Int(cell.scope)] else { continue }
      for moved in presentCells(cell, of: metric) {
        evaluator.beginCell()
        begin()
        if !catalogue.windows[Int(moved.window)].isTiling {
          overlapping.append(moved)
        } else if isHandled(metric, moved, before: group) {
          continue
        } else if metric.isMoney, isSplit {
          try visitCurrencies(index, metric, -1, moved, isForced: false, body)
        } else {
          try emit(index, metric, -1, moved, isForced: false, body)
        }
      }
    }
  }

  /// A metric's cells of the same scope in the windows that are under way in event time or by the watermark.
  private func presentCells(_ cell: CellContext, of metric: Catalogue.Metric) -> [CellContext] {
    catalogue.windows.indices.flatMap { index -> [CellContext] in
      let window = catalogue.windows[index]
      guard metric.windows[index], !window.isSession else { return [] }
      var bounds = window.calendar.windows(containing: ledger.streamTime)
      if ledger.watermark > ledger.streamTime {
        bounds += window.calendar.windows(containing: ledger.watermark).filter { !bounds.contains($0) }
      }
      return bounds.filter { window.isTiling || isPublished(index, $0) }
        .map { cell.moved(to: $0, window: Int32(index)) }
    }
  }

  /// Whether a change of the cell itself, or of a level before, hands it over.
  private mutating func isHandled(
    _ metric: Catalogue.Metric, _ cell: CellContext, before group: Int
  ) -> Bool {
    metric.groups.contains { evaluator.rows(of: $0, cell, &gathered).isDirty }
      || metric.levelGroups.contains { $0 < group && evaluator.levelRows(of: $0, cell).isDirty }
  }
}
