extension Simulation {
  /// Even survey numbers ask the one eNPS question, odd ones the pulse questions; each is repeated weekly.
  private static func isPulse(_ survey: Int64) -> Bool { survey % 2 == 1 }

  private static func surveyId(_ survey: Int64) -> Identifier {
    Identifier(isPulse(survey) ? "pulse-" : "enps-", survey / 2 + 1)
  }

  mutating func beginSurvey(_ survey: Int64, at time: Int64) {
    let weekday: Int64 = Self.isPulse(survey) ? 2 : 0
    let again = hours.next(weekday: weekday, timeOfDayMillis: 10 * Length.hour, from: time + 2 * Length.day)
    agenda.plan(.surveyWave, at: again, subject: survey + 2)
    for rep in organisation.reps.indices where random.chance(0.92) {
      agenda.plan(.invite, at: time + random.between(0, 30 * Length.minute), rep: rep, subject: survey)
    }
  }

  mutating func invite(_ rep: Int, survey: Int64, at time: Int64) {
    let isPulse = Self.isPulse(survey)
    inviteCount += 1
    let stamp = stamp(time)
    let id = Identifier(settings.idPrefix + "invite-", inviteCount)
    var writer = beginEvent(.surveyInvite, id, stamp)
    writer.identifier("surveyId", Self.surveyId(survey))
    writer.text("kind", isPulse ? "pulse" : "enps")
    writeRespondent(rep, &writer)
    writer.integer("questions", isPulse ? Int64(Vocabulary.pulseQuestions.count) : 1)
    send(.surveyInvite, id, writer, stamp)

    guard random.chance(0.86) else { return }
    let begin = time + Length.hours(min(random.logNormal(median: 2.5, spread: 0.9), 60))
    for question in 0..<(isPulse ? Vocabulary.pulseQuestions.count : 1) where !isPulse || random.chance(0.95)
    {
      let answeredAt = begin + Int64(question) * 20 * Length.second
      agenda.plan(.respond, at: answeredAt, rep: rep, subject: survey * 8 + Int64(question))
    }
  }

  mutating func respond(_ rep: Int, answer: Int64, at time: Int64) {
    let survey = answer / 8
    let isPulse = Self.isPulse(survey)
    let mood = organisation.teamMoods[organisation.reps[rep].team]
    let (highest, mean, spread) = isPulse ? (5.0, 2.6 + 2 * mood, 0.9) : (10.0, 5.6 + 4.4 * mood, 1.7)
    let score = min(max((mean + spread * random.normal()).rounded(), 1), highest)
    responseCount += 1
    let stamp = stamp(time)
    let id = Identifier(settings.idPrefix + "response-", responseCount)
    var writer = beginEvent(.surveyResponse, id, stamp)
    writer.identifier("surveyId", Self.surveyId(survey))
    writer.text("question", isPulse ? Vocabulary.pulseQuestions[Int(answer % 8)] : "recommend")
    writer.text("kind", isPulse ? "pulse" : "enps")
    writer.integer("score", Int64(score))
    writer.integer("scaleMin", 1)
    writer.integer("scaleMax", Int64(highest))
    writeRespondent(rep, &writer)
    send(.surveyResponse, id, writer, stamp)
  }

  /// Answers carry a pseudonym and the team, never the rep's own id.
  private func writeRespondent(_ rep: Int, _ writer: inout EventWriter) {
    writer.text("respondent", organisation.reps[rep].respondent)
    writer.text("teamId", organisation.teamName(of: rep))
    writer.text("regionId", organisation.regionName(of: rep))
  }
}
