extension Simulation {
  // MARK: - Creation

  mutating func openDeal(_ rep: Int, at time: Int64) {
    let days = random.logNormal(median: settings.cycleMedianDays, spread: 0.6)
    let place = makeDeal(rep, cycleStart: time, cycleMillis: Length.days(min(days, 365)))
    publishNewDeal(place, operation: "upsert", createdAt: time, stamp(time))
    planProgress(place, after: time)
  }

  /// A new opportunity of this rep, and its place among the deals.
  mutating func makeDeal(_ rep: Int, cycleStart: Int64, cycleMillis: Int64) -> Int {
    let region = organisation.reps[rep].region
    let accountPlace = organisation.accountForNewDeal(region: region, &random)
    dealCount += 1
    let deal = Deal(
      number: dealCount, account: organisation.accounts[accountPlace].number, accountPlace: accountPlace,
      owner: rep, amountHundredths: 0, willWin: random.chance(0.33 + organisation.reps[rep].skill),
      lossStage: random.below(Vocabulary.stages.count), cycleStart: cycleStart, cycleMillis: cycleMillis)
    let place: Int
    if let free = freeDealPlaces.popLast() {
      place = free
      deals[place] = deal
    } else {
      place = deals.count
      deals.append(deal)
    }
    organisation.reps[rep].openDeals.append(place)
    return place
  }

  mutating func publishNewDeal(_ place: Int, operation: String, createdAt: Int64, _ stamp: Stamp) {
    let product = random.below(Vocabulary.products.count)
    let region = organisation.reps[deals[place].owner].region
    let ringgit = random.logNormal(median: Vocabulary.prices[product], spread: 0.5)
    deals[place].amountHundredths = organisation.amount(ringgit: ringgit, region: region)
    let deal = deals[place]
    let account = organisation.accounts[deal.accountPlace]
    let id = Identifier(dealText, deal.number)
    var writer = beginEvent(.opportunity, id, operation: operation, actor: deal.owner, stamp)
    writeOwner(deal.owner, &writer)
    writer.text("pipelineId", "default")
    writer.text("status", "open")
    writeStage(deal.stage, &writer)
    writer.money("amount", hundredths: deal.amountHundredths)
    writer.text("currency", organisation.currency(ofRegion: region))
    writer.time("createdAt", createdAt)
    writer.date("closeDate", day: hours.localDay(deal.cycleStart + deal.cycleMillis))
    writer.identifier("accountId", Identifier(accountText, deal.account))
    writer.text("source", random.pick(Vocabulary.sources))
    writer.text("product", Vocabulary.products[product])
    writer.text("industry", Vocabulary.industries[account.industry])
    writer.text("kind", account.hasWon ? "expansion" : "new_business")
    send(.opportunity, id, writer, stamp)
  }

  func writeStage(_ stage: Int, _ writer: inout EventWriter) {
    writer.text("stage", Vocabulary.stages[stage])
    writer.hundredths("probability", Vocabulary.probabilities[stage])
    writer.text("forecastCategory", Vocabulary.forecasts[stage])
  }

  // MARK: - Plans

  mutating func plan(_ turn: Deal.Turn, _ place: Int, at time: Int64) {
    deals[place].turn = turn
    agenda.plan(.deal, at: time, subject: Int64(place))
  }

  /// Plans the next turn of an open opportunity: the end of its stage, or something unforeseen before it.
  mutating func planProgress(_ place: Int, after time: Int64) {
    let deal = deals[place]
    let closes = deal.stage == 3 || (!deal.willWin && deal.stage >= deal.lossStage)
    let jitter = closes ? 1 : random.uniform(0.85, 1.15)
    let share = Double(deal.stage + 1) / Double(Vocabulary.stages.count) * jitter
    let due = hours.movedToNearestWork(deal.cycleStart + Int64(Double(deal.cycleMillis) * share), &random)
    let earliest = time + random.between(10 * Length.minute, Length.hour)
    let lot = random.uniform()
    if lot < 0.09 {
      let soon = hours.movedIntoWork(random.between(time + 1, max(due, earliest)), &random)
      plan(lot < 0.025 ? .reown : lot < 0.06 ? .amend : lot < 0.075 ? .delete : .merge, place, at: soon)
    } else {
      plan(closes ? .close : .advance, place, at: hours.movedIntoWork(max(due, earliest), &random))
    }
  }

  /// Plans what becomes of a closed opportunity; most are left alone.
  mutating func planFate(_ place: Int, after time: Int64) {
    let days = min(random.exponential(mean: 1.5), 20) + 0.05
    let later = hours.movedIntoWork(time + Length.days(days), &random)
    let isWon = deals[place].status == .won
    let lot = random.uniform()
    if lot < 0.06 {
      plan(.reopen, place, at: later)
    } else if lot < 0.11 {
      plan(.reown, place, at: later)
    } else if lot < 0.13 {
      plan(.delete, place, at: later)
    } else if lot < 0.21, isWon {
      plan(.amend, place, at: later)
    } else {
      freeDealPlaces.append(place)
    }
  }

  mutating func planOn(_ place: Int, after time: Int64) {
    if deals[place].status == .open {
      planProgress(place, after: time)
    } else {
      planFate(place, after: time)
    }
  }
}
