extension Simulation {
  /// Mondays at 8:00.
  func nextCosts(after time: Int64) -> Int64 {
    hours.next(weekday: 0, timeOfDayMillis: 8 * Length.hour, from: time + 1)
  }

  mutating func spendWeekly(at time: Int64) {
    agenda.plan(.weeklyCosts, at: nextCosts(after: time))
    let day = hours.localDay(time)
    spend(from: hours.startOfDay(day), at: time)
    if CivilDay(daysSinceEpoch: day).day <= 7 { spendMonthly(at: time) }
  }

  /// The spend of the week that begins at `monday`: marketing by region and source, sales by team.
  mutating func spend(from monday: Int64, at time: Int64) {
    let end = monday + 7 * Length.day
    for region in organisation.regionNames.indices {
      for source in ["web", "event", "advertising"] {
        let ringgit = random.uniform(4_000, 16_000)
        publishCost(
          "marketing", ringgit, region: region, team: nil, source: source, from: monday, to: end, at: time)
      }
    }
    for team in organisation.teamNames.indices {
      let ringgit = random.uniform(1_500, 6_000)
      let region = organisation.teamRegions[team]
      publishCost("sales", ringgit, region: region, team: team, source: nil, from: monday, to: end, at: time)
    }
  }

  /// The payroll of the month in which `time` lies, by team.
  mutating func spendMonthly(at time: Int64) {
    let day = hours.localDay(time)
    let first = day - CivilDay(daysSinceEpoch: day).day + 1
    var next = first + 28
    while CivilDay(daysSinceEpoch: next).day != 1 { next += 1 }
    for team in organisation.teamNames.indices {
      let size = organisation.teamBounds[team + 1] - organisation.teamBounds[team]
      let ringgit = Double(size) * random.uniform(5_500, 7_500)
      publishCost(
        "sales", ringgit, region: organisation.teamRegions[team], team: team, source: nil,
        from: hours.startOfDay(first), to: hours.startOfDay(next), at: time)
    }
  }

  private mutating func publishCost(
    _ category: String, _ ringgit: Double, region: Int, team: Int?, source: String?, from: Int64, to: Int64,
    at time: Int64
  ) {
    costCount += 1
    let stamp = stamp(time)
    let id = Identifier(settings.idPrefix + "cost-", costCount)
    var writer = beginEvent(.cost, id, stamp)
    writer.money("amount", hundredths: organisation.amount(ringgit: ringgit, region: region))
    writer.text("currency", organisation.currency(ofRegion: region))
    writer.text("category", category)
    if let source { writer.text("source", source) }
    writer.time("from", from)
    writer.time("to", to)
    writer.text("scope", team == nil ? "region" : "team")
    if let team { writer.text("teamId", organisation.teamNames[team]) }
    writer.text("regionId", organisation.regionNames[region])
    send(.cost, id, writer, stamp)
  }

  /// The value in ringgit of one unit of each foreign currency today.
  mutating func publishRates(at time: Int64) {
    agenda.plan(.rates, at: hours.startOfDay(hours.localDay(time) + 1))
    for (currency, units) in zip(Vocabulary.currencies, Vocabulary.unitsPerRinggit) where currency != "MYR" {
      let rate = (1 / units) * (1 + 0.005 * random.normal())
      let stamp = stamp(time)
      let id = Identifier(currency + "-MYR")
      var writer = beginEvent(.rate, id, stamp)
      writer.text("from", currency)
      writer.text("to", "MYR")
      writer.date("date", day: hours.localDay(time))
      writer.decimal("rate", millionths: Int64(rate * 1_000_000))
      send(.rate, id, writer, stamp)
    }
  }
}
