extension Simulation {
  private static let openDealsPerRep = 4

  /// Publishes members, current spend, rates and the opportunities already open, and plans the first acts.
  mutating func open() {
    let start = settings.start
    for rep in organisation.reps.indices { publishMember(rep, at: start) }
    if settings.currencies == .byRegion { publishRates(at: start) }
    spendMonthly(at: start)
    let monday = hours.startOfDay(hours.localDay(start) - hours.weekday(ofDay: hours.localDay(start)))
    spend(from: monday, at: start)
    agenda.plan(.weeklyCosts, at: nextCosts(after: start))
    for rep in organisation.reps.indices {
      for _ in 0..<Self.openDealsPerRep { openExistingDeal(rep, at: start) }
    }
    for rep in organisation.reps.indices {
      planAct(rep, after: start)
      let timeOfDay = random.between(10, 17) * Length.hour + 30 * Length.minute
      let first = hours.next(weekday: random.between(0, 4), timeOfDayMillis: timeOfDay, from: start)
      agenda.plan(.oneOnOne, at: first, rep: rep)
    }
    agenda.plan(.surveyWave, at: soonInWork(start + Length.hour), subject: 0)
    agenda.plan(.surveyWave, at: soonInWork(start + 2 * Length.hour), subject: 1)
  }

  private func soonInWork(_ time: Int64) -> Int64 {
    hours.isWorking(time) ? time : hours.nextOpening(after: time)
  }

  /// The first records arrive in order and at once, because they describe what is known before work begins.
  private func prompt(_ time: Int64) -> Stamp { Stamp(occurredAt: time, arrivalAt: time, isLate: false) }

  private mutating func publishMember(_ rep: Int, at time: Int64) {
    let member = organisation.reps[rep]
    let id = Identifier(member.name)
    let stamp = prompt(time)
    var writer = beginEvent(.member, id, stamp)
    writer.text("repId", member.name)
    writer.text("teamId", organisation.teamName(of: rep))
    writer.texts("teamIds", [organisation.teamName(of: rep)])
    writer.text("regionId", organisation.regionName(of: rep))
    writer.date("hireDate", day: member.hireDay)
    writer.boolean("active", true)
    send(.member, id, writer, stamp)
  }

  /// An opportunity created one to 21 days ago, of which part of the cycle is over.
  private mutating func openExistingDeal(_ rep: Int, at time: Int64) {
    let age = Length.days(min(max(random.logNormal(median: 5, spread: 0.7), 1), 21))
    let rest = Length.days(random.logNormal(median: settings.cycleMedianDays / 2, spread: 0.8))
    let place = makeDeal(rep, cycleStart: time - age, cycleMillis: age + rest)
    deals[place].stage = min(3, Int(4 * age / (age + rest)))
    deals[place].lossStage = max(deals[place].lossStage, deals[place].stage)
    publishNewDeal(place, operation: "snapshot", createdAt: time - age, prompt(time))
    planProgress(place, after: time)
  }
}
