/// An opportunity, from its creation until nothing more happens to it. It has exactly one planned turn.
struct Deal: Sendable {
  enum Status: Sendable { case open, won, lost }

  enum Turn: Sendable { case advance, close, reopen, reown, amend, delete, restore, merge }

  let number: Int64
  let account: Int64
  let accountPlace: Int
  var owner: Int
  /// In hundredths of the currency of the region in which it was created.
  var amountHundredths: Int64
  /// An index into ``Vocabulary/stages``.
  var stage = 0
  var status = Status.open
  var willWin: Bool
  /// The stage in which it is lost, if it is.
  var lossStage: Int
  /// The stages are spread evenly over the cycle, which begins here.
  var cycleStart: Int64
  var cycleMillis: Int64
  var turn = Turn.advance
  var isFirstWin = false
}
