/// Something the organisation will do.
struct PlannedAction: Timed, Sendable {
  enum Kind: UInt8, Sendable {
    /// A rep makes the next call, e-mail or appointment; `subject` is unused.
    case act
    /// A meeting takes place or not; `subject` is its activity number.
    case finishMeeting
    /// A meeting is called off before it begins; `subject` is its activity number.
    case cancelMeeting
    /// A logged activity turns out to be a mistake; `subject` is its activity number.
    case deleteActivity
    /// A rep's weekly talk with the manager; `subject` is unused.
    case oneOnOne
    /// The next turn of an opportunity; `subject` is its place among the deals.
    case deal
    /// Weekly spend; `subject` is unused.
    case weeklyCosts
    /// Daily exchange rates; `subject` is unused.
    case rates
    /// A round of questions to all reps; `subject` is the survey number.
    case surveyWave
    /// A rep is asked; `subject` is the survey number.
    case invite
    /// A rep answers one question; `subject` is survey number × 8 + question number.
    case respond
  }

  let time: Int64
  let order: UInt64
  let kind: Kind
  let rep: Int32
  let subject: Int64
}
