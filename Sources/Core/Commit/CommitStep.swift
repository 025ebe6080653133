/// One call of the commit cycle that has to be answered before anything else may happen.
///
/// With `exactly_once`: producing → sending offsets → committing. With `at_least_once`: producing → flushing →
/// committing offsets. All others mend what failed.
public enum CommitStep: Hashable, Sendable, CaseIterable {
  /// Updates and dead letters are handed to the producer, in a transaction if there are any. No reader sees them.
  case producing
  /// Everything handed over is being delivered, without a transaction: readers may see it.
  case flushing
  /// Everything is handed over; the transaction is being told the input offsets. No reader sees anything.
  case sendingOffsets
  /// The transaction is complete and its end was asked for: readers see all of it or nothing.
  case committing
  /// Everything is delivered; the offsets that say so are being stored. Asking twice does no harm.
  case committingOffsets
  /// The transaction cannot be committed and is being given up; nothing of it was or will be seen.
  case aborting
  /// The abort was not answered. A new producer under the same identifier ends what the old one left.
  case replacing
  /// The commit was not answered. A new producer under the same identifier first ends what the old one left, one way
  /// or the other.
  case replacingUnsure
  /// The end of the old transaction is certain but not which: the committed offsets tell.
  case readingOffsets
}
