extension Simulation {
  /// A meeting and a deal make several events, so acts are this much rarer than events.
  private static let actGapFactor = 1.1

  mutating func planAct(_ rep: Int, after time: Int64) {
    let gap = settings.eventGapSeconds * 1_000 * Self.actGapFactor * organisation.reps[rep].gapFactor
    agenda.plan(.act, at: hours.nextAct(after: time, meanGapMillis: gap, &random), rep: rep)
  }

  mutating func act(_ rep: Int, at time: Int64) {
    let lot = random.uniform()
    if lot < 0.46 {
      logCall(rep, at: time)
    } else if lot < 0.82 {
      logEmail(rep, at: time)
    } else if lot < 0.91 {
      bookMeeting(rep, kind: lot < 0.9 ? "meeting" : "demo", at: time)
    } else if lot < 0.986 {
      finish(rep, kind: lot < 0.95 ? "follow_up" : lot < 0.97 ? "task" : "proposal", at: time)
    } else {
      openDeal(rep, at: time)
    }
    planAct(rep, after: time)
  }

  // MARK: - Activities that are logged once

  private mutating func logCall(_ rep: Int, at time: Int64) {
    let outcome = random.pick(Vocabulary.callOutcomes)
    let median = outcome == "connected" ? 180.0 : 20.0
    let seconds = min(Int64(random.logNormal(median: median, spread: 0.7)) + 1, 3_600)
    logOnce(rep, kind: "call", at: time) { writer, random in
      writer.text("direction", random.chance(0.8) ? "outbound" : "inbound")
      writer.text("status", "completed")
      writer.text("outcome", outcome)
      writer.time("startAt", time - seconds * Length.second)
      writer.integer("durationSec", seconds)
    }
  }

  private mutating func logEmail(_ rep: Int, at time: Int64) {
    logOnce(rep, kind: "email", at: time) { writer, random in
      let isOutbound = random.chance(0.87)
      writer.text("direction", isOutbound ? "outbound" : "inbound")
      writer.text("status", "completed")
      writer.text("outcome", isOutbound ? random.pick(Vocabulary.emailOutcomes) : "received")
      writer.time("startAt", time)
    }
  }

  private mutating func finish(_ rep: Int, kind: String, at time: Int64) {
    logOnce(rep, kind: kind, at: time) { writer, _ in
      writer.text("status", "completed")
      writer.time("startAt", time)
    }
  }

  mutating func holdOneOnOne(_ rep: Int, at time: Int64) {
    agenda.plan(.oneOnOne, at: time + 7 * Length.day, rep: rep)
    let lot = random.uniform()
    guard lot < 0.93 else { return }
    let isHeld = lot < 0.86
    let start = time - Length.hour
    logOnce(rep, kind: "one_on_one", at: time, isAboutCustomer: false) { writer, _ in
      writer.text("status", isHeld ? "completed" : "cancelled")
      writer.time("startAt", start)
      writer.time("endAt", time)
      writer.boolean("external", false)
    }
  }

  private mutating func logOnce(
    _ rep: Int, kind: String, at time: Int64, isAboutCustomer: Bool = true,
    _ writeData: (inout EventWriter, inout Randomness) -> Void
  ) {
    let stamp = stamp(time, mayBeLate: true)
    activityCount += 1
    let id = Identifier(activityText, activityCount)
    var writer = beginEvent(.activity, id, actor: rep, stamp)
    writer.text("kind", kind)
    writeData(&writer, &random)
    writeOwner(rep, &writer)
    if isAboutCustomer { writeSubject(rep, &writer) }
    send(.activity, id, writer, stamp)
    if isAboutCustomer, random.chance(0.004) {
      let mistakenAt = stamp.arrivalAt + random.between(Length.hour, 48 * Length.hour)
      agenda.plan(.deleteActivity, at: mistakenAt, rep: rep, subject: activityCount)
    }
  }

  mutating func deleteActivity(_ number: Int64, _ rep: Int, at time: Int64) {
    let stamp = stamp(time)
    let id = Identifier(activityText, number)
    let writer = beginEvent(.activity, id, operation: "delete", actor: rep, stamp)
    send(.activity, id, writer, stamp)
  }

  // MARK: - Meetings, which are booked first

  private mutating func bookMeeting(_ rep: Int, kind: String, at time: Int64) {
    let ahead = Length.hours(min(random.logNormal(median: 20, spread: 0.9) + 0.5, 24 * 14))
    let moved = hours.movedIntoWork(time + ahead, &random)
    let start = max(moved - moved % (15 * Length.minute), time + 1)
    let length = random.pick([30, 45, 60, 60, 90]) * Length.minute
    activityCount += 1
    let stamp = stamp(time)
    let id = Identifier(activityText, activityCount)
    var writer = beginEvent(.activity, id, actor: rep, stamp)
    writer.text("kind", kind)
    writer.text("status", "scheduled")
    writer.time("bookedAt", time)
    writer.time("startAt", start)
    writer.time("endAt", start + length)
    writer.boolean("external", random.chance(0.85))
    writeOwner(rep, &writer)
    writeSubject(rep, &writer)
    send(.activity, id, writer, stamp)
    if random.chance(0.12) {
      agenda.plan(.cancelMeeting, at: random.between(time + 1, start), rep: rep, subject: activityCount)
    } else {
      let knownAt = start + length + random.between(0, 10 * Length.minute)
      agenda.plan(.finishMeeting, at: knownAt, rep: rep, subject: activityCount)
    }
  }

  mutating func finishMeeting(_ number: Int64, _ rep: Int, at time: Int64) {
    let lot = random.uniform()
    if lot < 0.88 {
      changeMeeting(
        number, rep, status: "completed", outcome: lot < 0.5 ? "next_step" : "no_decision", at: time)
    } else {
      changeMeeting(number, rep, status: "no_show", outcome: nil, at: time)
    }
  }

  mutating func cancelMeeting(_ number: Int64, _ rep: Int, at time: Int64) {
    changeMeeting(number, rep, status: "cancelled", outcome: nil, at: time)
  }

  private mutating func changeMeeting(
    _ number: Int64, _ rep: Int, status: String, outcome: String?, at time: Int64
  ) {
    let stamp = stamp(time)
    let id = Identifier(activityText, number)
    var writer = beginEvent(.activity, id, actor: rep, stamp)
    writer.text("status", status)
    if let outcome { writer.text("outcome", outcome) }
    send(.activity, id, writer, stamp)
  }

  // MARK: - Members of `data`

  func writeOwner(_ rep: Int, _ writer: inout EventWriter) {
    writer.text("ownerId", organisation.reps[rep].name)
    writer.text("teamId", organisation.teamName(of: rep))
    writer.text("regionId", organisation.regionName(of: rep))
  }

  /// The opportunity and account an activity is about, or a prospect's account alone.
  private mutating func writeSubject(_ rep: Int, _ writer: inout EventWriter) {
    let openCount = organisation.reps[rep].openDeals.count
    let lot = random.uniform()
    if openCount > 0, lot < 0.55 {
      let deal = organisation.reps[rep].openDeals[random.below(openCount)]
      writer.identifier("opportunityId", Identifier(dealText, deals[deal].number))
      writer.identifier("accountId", Identifier(accountText, deals[deal].account))
    } else if lot < 0.9 {
      let account = organisation.accounts[random.below(organisation.accounts.count)]
      writer.identifier("accountId", Identifier(accountText, account.number))
    }
  }
}
