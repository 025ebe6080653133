extension Simulation {
  mutating func takeTurn(_ place: Int, at time: Int64) {
    switch deals[place].turn {
    case .advance: advance(place, at: time)
    case .close: close(place, at: time)
    case .reopen: reopen(place, at: time)
    case .reown: reown(place, at: time)
    case .amend: amend(place, at: time)
    case .delete: delete(place, at: time)
    case .restore: restore(place, at: time)
    case .merge: merge(place, at: time)
    }
  }

  /// Sends an event of a deal, made by its owner, with what `writeData` writes.
  private mutating func publish(
    _ place: Int, operation: String = "upsert", mergedInto: Identifier? = nil, at time: Int64,
    _ writeData: (inout EventWriter) -> Void = { _ in }
  ) {
    let stamp = stamp(time)
    let id = Identifier(dealText, deals[place].number)
    var writer = beginEvent(
      .opportunity, id, operation: operation, actor: deals[place].owner, mergedInto: mergedInto, stamp)
    writeData(&writer)
    send(.opportunity, id, writer, stamp)
  }

  private mutating func advance(_ place: Int, at time: Int64) {
    let lot = random.uniform()
    let stage = deals[place].stage
    let step = lot < 0.05 && stage > 0 ? -1 : lot < 0.14 ? 2 : 1
    let next = min(stage + step, 3)
    deals[place].stage = next
    publish(place, at: time) { writer in
      writer.text("stage", Vocabulary.stages[next])
      writer.hundredths("probability", Vocabulary.probabilities[next])
      writer.text("forecastCategory", Vocabulary.forecasts[next])
    }
    planProgress(place, after: time)
  }

  private mutating func close(_ place: Int, at time: Int64) {
    removeFromOpen(place)
    let deal = deals[place]
    let isSameAccount = organisation.accounts[deal.accountPlace].number == deal.account
    let hadFirstWin = deal.isFirstWin
    if deal.willWin {
      let discounted = deal.amountHundredths * random.between(85, 100) / 100
      deals[place].status = .won
      deals[place].amountHundredths = max(discounted - discounted % 100, 100)
      if isSameAccount, !organisation.accounts[deal.accountPlace].hasWon {
        organisation.accounts[deal.accountPlace].hasWon = true
        deals[place].isFirstWin = true
      }
    } else {
      deals[place].status = .lost
      if isSameAccount, hadFirstWin { organisation.accounts[deal.accountPlace].hasWon = false }
      deals[place].isFirstWin = false
    }
    let closed = deals[place]
    publish(place, at: time) { writer in
      writer.text("stage", closed.willWin ? "won" : "lost")
      writer.text("status", closed.willWin ? "won" : "lost")
      writer.time("closedAt", time)
      writer.hundredths("probability", closed.willWin ? 100 : 0)
      if closed.willWin { writer.money("amount", hundredths: closed.amountHundredths) }
      if closed.willWin || hadFirstWin { writer.boolean("newCustomer", closed.isFirstWin) }
    }
    planFate(place, after: time)
  }

  private mutating func reopen(_ place: Int, at time: Int64) {
    deals[place].status = .open
    deals[place].stage = 3
    deals[place].cycleStart = time
    deals[place].cycleMillis = Length.days(random.uniform(0.3, 2))
    deals[place].willWin = random.chance(0.55)
    organisation.reps[deals[place].owner].openDeals.append(place)
    publish(place, at: time) { writer in
      writer.text("stage", Vocabulary.stages[3])
      writer.text("status", "open")
      writer.null("closedAt")
      writer.hundredths("probability", Vocabulary.probabilities[3])
    }
    planProgress(place, after: time)
  }

  private mutating func reown(_ place: Int, at time: Int64) {
    let old = deals[place].owner
    let new = organisation.colleague(of: old, &random)
    if new != old {
      if deals[place].status == .open {
        removeFromOpen(place)
        organisation.reps[new].openDeals.append(place)
      }
      let (rep, team, region) = organisation.names(of: new)
      publish(place, at: time) { writer in
        writer.text("ownerId", rep)
        writer.text("teamId", team)
        writer.text("regionId", region)
      }
      deals[place].owner = new
    }
    planOn(place, after: time)
  }

  private mutating func amend(_ place: Int, at time: Int64) {
    let changed = deals[place].amountHundredths / 100 * random.between(80, 125)
    let amount = max(changed - changed % 100, 100)
    deals[place].amountHundredths = amount
    publish(place, at: time) { writer in writer.money("amount", hundredths: amount) }
    planOn(place, after: time)
  }

  private mutating func delete(_ place: Int, at time: Int64) {
    if deals[place].status == .open { removeFromOpen(place) }
    publish(place, operation: "delete", at: time)
    if random.chance(0.5) {
      plan(
        .restore, place, at: hours.movedIntoWork(time + random.between(Length.minute, Length.day), &random))
    } else {
      freeDealPlaces.append(place)
    }
  }

  private mutating func restore(_ place: Int, at time: Int64) {
    if deals[place].status == .open { organisation.reps[deals[place].owner].openDeals.append(place) }
    publish(place, operation: "restore", at: time)
    planOn(place, after: time)
  }

  /// The opportunity turns out to be the same as another open one of its owner.
  private mutating func merge(_ place: Int, at time: Int64) {
    let others = organisation.reps[deals[place].owner].openDeals.filter { $0 != place }
    guard !others.isEmpty else { return planProgress(place, after: time) }
    let winner = deals[random.pick(others)].number
    removeFromOpen(place)
    publish(place, operation: "merge", mergedInto: Identifier(dealText, winner), at: time)
    freeDealPlaces.append(place)
  }

  private mutating func removeFromOpen(_ place: Int) {
    let owner = deals[place].owner
    guard let index = organisation.reps[owner].openDeals.firstIndex(of: place) else {
      preconditionFailure("An open opportunity is in its owner's list.")
    }
    organisation.reps[owner].openDeals.swapAt(index, organisation.reps[owner].openDeals.count - 1)
    organisation.reps[owner].openDeals.removeLast()
  }
}
