import Core

/// Where the classes of the employee net promoter score begin and end, and which groups are too small to
/// publish.
public struct SurveySettings: Sendable, Equatable {
  /// The least and the greatest answer, inclusive; an event's `scaleMin` and `scaleMax` replace them.
  public var lowestScore: Decimal6
  public var highestScore: Decimal6
  /// The least score of a promoter.
  public var promoterFrom: Decimal6
  /// The greatest score of a detractor.
  public var detractorTo: Decimal6
  /// A survey metric that rests on fewer people has no value.
  public var minimumResponses: Int

  public init(
    lowestScore: Decimal6 = Decimal6(0), highestScore: Decimal6 = Decimal6(10),
    promoterFrom: Decimal6 = Decimal6(9), detractorTo: Decimal6 = Decimal6(6), minimumResponses: Int = 5
  ) {
    self.lowestScore = lowestScore
    self.highestScore = highestScore
    self.promoterFrom = promoterFrom
    self.detractorTo = detractorTo
    self.minimumResponses = minimumResponses
  }
}
