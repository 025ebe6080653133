/// What a simulated record speaks of: the `entity` of its event.
public enum SimulatedEntity: String, Sendable, CaseIterable {
  case activity
  case opportunity
  case cost
  case surveyInvite = "survey_invite"
  case surveyResponse = "survey_response"
  case member
  case rate
}
