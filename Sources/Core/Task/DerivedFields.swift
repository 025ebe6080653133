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

  // MARK: - Stays

  /// When an opportunity came into another stage while it was open, or into none.
  struct Entry: BitwiseCopyable {
    let stage: Int64
    let time: Int64
    let order: Int64
  }

  /// Calls `body` with each stay of an opportunity in a stage, as a row of the stay entity built in `scratch`.
  ///
  /// A stay ends when the next stage begins or the opportunity closes, which is when its status is written: `closedAt`
  /// may have been foretold, or be left over from a close that was undone. Such a close leaves no other trace. A stay
  /// converted if what came next was a stage not visited before, or the win.
  ///
  /// - Parameter entries: room for those of the opportunity.
  func forEachStay(
    _ view: RowView, _ entries: inout FlatArray<Entry>, into scratch: UnsafeMutablePointer<Int64>,
    _ body: (RowView) -> Void
  ) {
    guard stageField >= 0, statusField >= 0 else { return }
    let isWon = view.values[Int(statusField)] == Self.won
    let isClosed = isWon || view.values[Int(statusField)] == Self.lost
    let closing = isClosed ? view.since(statusField) : nil
    let closedTime = isClosed ? closeTime(view)?.time : nil
    gather(view, before: closing?.order ?? .max, into: &entries)
    for place in 0..<entries.count where entries[place].stage != FieldValue.absent {
      let current = entries[place]
      var exit: (time: Int64, order: Int64)?
      var converted = FieldValue.absent
      if place + 1 < entries.count {
        let next = entries[place + 1]
        exit = (next.time, next.order)
        converted = isNew(entries, place + 1) ? 1 : 0
      } else if let closing, let closedTime {
        exit = (closedTime < current.time ? closing.time : closedTime, closing.order)
        converted = isWon ? 1 : 0
      }
      fill(scratch, stayFields, view, asOf: exit?.order ?? current.order) { source in
        switch source {
        case .stage: current.stage
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

  /// Finds the entries of an opportunity that come before an order.
  ///
  /// It is open before the first write of its status. A stage that is written while it is closed is entered when it is
  /// reopened in that stage; else it is the stage of a close (`Won`, `Lost`), which is none.
  private func gather(_ view: RowView, before limit: Int64, into entries: inout FlatArray<Entry>) {
    entries.removeAll()
    var stage = view.firstRun(of: stageField)
    var status = view.firstRun(of: statusField)
    var isOpen = true
    while let current = stage {
      stage = view.run(after: current)
      var (time, order) = (current.time, current.order)
      while let change = status,
        change.order <= current.order || !isOpen && change.order < stage?.order ?? .max
      {
        isOpen = change.value != Self.won && change.value != Self.lost
        if change.order > order { (time, order) = (change.time, change.order) }
        status = view.run(after: change)
      }
      if order >= limit { return }
      let before = entries.count > 0 ? entries[entries.count - 1].stage : FieldValue.absent
      if isOpen, current.value != before {
        entries.append(Entry(stage: current.value, time: time, order: order))
      }
    }
  }

  /// Whether the entry at a place is into a stage that none before it is.
  private func isNew(_ entries: borrowing FlatArray<Entry>, _ place: Int) -> Bool {
    let stage = entries[place].stage
    if stage == FieldValue.absent { return false }
    for earlier in 0..<place where entries[earlier].stage == stage { return false }
    return true
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
