/// Makes the rows of derived entities from opportunities: where each of their fields comes from.
struct DerivedFields {
  private enum Source {
    case stage, enteredAt, exitedAt, converted, closedAt, firstContactAt, activities, nothing
    case copied(field: Int32, isOwnership: Bool)
  }

  /// Index of the entity opportunity, or -1.
  let opportunity: Int
  private let stayFields: [Source]
  private let winFields: [Source]
  private let contactFields: [Source]
  private let statusField: Int32
  private let closedField: Int32
  private let stageField: Int32
  private static let won = Hashing.textValue("won")
  private static let lost = Hashing.textValue("lost")

  init(catalogue: Catalogue) {
    opportunity = catalogue.entity("opportunity") ?? -1
    let base = opportunity >= 0 ? catalogue.entities[opportunity].fields : []
    func position(_ name: String) -> Int32 { Int32(base.firstIndex { $0.name == name } ?? -1) }
    statusField = position("status")
    closedField = position("closedAt")
    stageField = position("stage")
    func sources(_ entity: Int) -> [Source] {
      guard entity >= 0 else { return [] }
      return catalogue.entities[entity].fields.map { field in
        switch field.name {
        case "stage": return .stage
        case "enteredAt": return .enteredAt
        case "exitedAt": return .exitedAt
        case "converted": return .converted
        case "closedAt": return .closedAt
        case "firstContactAt": return .firstContactAt
        case "activities": return .activities
        default:
          let place = position(field.name)
          if place < 0 { return .nothing }
          return .copied(field: place, isOwnership: base[Int(place)].isTracked)
        }
      }
    }
    stayFields = sources(catalogue.stayEntity)
    winFields = sources(catalogue.firstWinEntity)
    contactFields = sources(catalogue.contactEntity)
  }

  /// When a won opportunity was closed; nil when it is not won.
  func wonTime(_ view: RowView) -> (time: Int64, order: Int64)? {
    guard statusField >= 0, view.values[Int(statusField)] == Self.won else { return nil }
    return closeTime(view)
  }

  private func closeTime(_ view: RowView) -> (time: Int64, order: Int64)? {
    if closedField >= 0, view.values[Int(closedField)] != FieldValue.absent {
      return (view.values[Int(closedField)], view.since(closedField)?.order ?? view.firstOrder)
    }
    return view.since(statusField)
  }

  /// Calls `body` with each stay of an opportunity in a stage, as a row of the stay entity built in `scratch`.
  ///
  /// A stay ends when the next stage begins or the opportunity closes. It converted if what came next was a stage
  /// not visited before, or the win; a stage that begins with the close (`Won`, `Lost`) is no stay.
  func forEachStay(_ view: RowView, into scratch: UnsafeMutablePointer<Int64>, _ body: (RowView) -> Void) {
    guard let runs = view.runs, stageField >= 0, statusField >= 0 else { return }
    let isWon = view.values[Int(statusField)] == Self.won
    let isLost = view.values[Int(statusField)] == Self.lost
    let close = isWon || isLost ? closeTime(view) : nil
    var run = nextStage(runs, view.history)
    while let current = run {
      run = nextStage(runs, current.next)
      if let close, current.order >= close.order { return }
      let status = view.value(statusField, asOf: current.order)
      if current.value == FieldValue.absent || status == Self.won || status == Self.lost { continue }
      var exit: (time: Int64, order: Int64)?
      var converted = FieldValue.absent
      if let next = run, close.map({ next.order < $0.order }) ?? true {
        exit = (next.time, next.order)
        converted = wasVisited(next.value, runs, view.history, upTo: current.order) ? 0 : 1
      } else if let close {
        exit = close
        converted = isWon ? 1 : 0
      }
      fill(scratch, stayFields, view, asOf: exit?.order ?? current.order) { source in
        switch source {
        case .stage: current.value
        case .enteredAt: current.time
        case .exitedAt: exit?.time ?? FieldValue.absent
        case .converted: converted
        case .closedAt, .firstContactAt, .activities, .nothing, .copied: FieldValue.absent
        }
      }
      body(
        RowView(
          values: UnsafePointer(scratch), firstTime: current.time, firstOrder: current.order, runs: nil,
          history: 0))
    }
  }

  private func nextStage(_ runs: UnsafePointer<RowTable.Run>, _ from: UInt32) -> RowTable.Run? {
    var next = from
    while next != 0 {
      let run = runs[Int(next) - 1]
      if run.field == stageField { return run }
      next = run.next
    }
    return nil
  }

  private func wasVisited(
    _ stage: Int64, _ runs: UnsafePointer<RowTable.Run>, _ history: UInt32, upTo order: Int64
  ) -> Bool {
    var run = nextStage(runs, history)
    while let current = run, current.order <= order {
      if current.value == stage { return true }
      run = nextStage(runs, current.next)
    }
    return false
  }

  /// A won opportunity as its account's first win.
  func firstWin(
    _ view: RowView, closed: (time: Int64, order: Int64), into scratch: UnsafeMutablePointer<Int64>
  ) -> RowView {
    fill(scratch, winFields, view, asOf: closed.order) { source in
      if case .closedAt = source { closed.time } else { FieldValue.absent }
    }
    return RowView(
      values: UnsafePointer(scratch), firstTime: closed.time, firstOrder: closed.order, runs: nil, history: 0)
  }

  /// A won opportunity with the activities that led to it; `count` is not scaled.
  func contact(
    _ view: RowView, closed: (time: Int64, order: Int64), first: Int64, count: Int64,
    into scratch: UnsafeMutablePointer<Int64>
  ) -> RowView {
    fill(scratch, contactFields, view, asOf: closed.order) { source in
      switch source {
      case .closedAt: closed.time
      case .firstContactAt: count > 0 ? first : FieldValue.absent
      case .activities: count * Decimal6.scale
      case .stage, .enteredAt, .exitedAt, .converted, .nothing, .copied: FieldValue.absent
      }
    }
    return RowView(
      values: UnsafePointer(scratch), firstTime: closed.time, firstOrder: closed.order, runs: nil, history: 0)
  }

  private func fill(
    _ scratch: UnsafeMutablePointer<Int64>, _ sources: [Source], _ view: RowView, asOf order: Int64,
    _ own: (Source) -> Int64
  ) {
    for (place, source) in sources.enumerated() {
      if case .copied(let field, let isOwnership) = source {
        scratch[place] = isOwnership ? view.value(field, asOf: order) : view.values[Int(field)]
      } else {
        scratch[place] = own(source)
      }
    }
  }
}
