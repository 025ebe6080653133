import Core

/// Keeping to what another process publishes, until this one is to go on by itself.
extension Engine {
  /// Goes no further than what is published; everything before the positions has to be.
  func beginFollowing() { isFollowing = true }

  /// Takes what was published meanwhile: the records before these offsets, in the order of the partitions, are replayed
  /// in silence when they come. Every partition is to be read from its position.
  ///
  /// - Parameter watermark: at which it was published, in milliseconds; `Int64.min` if that is not known.
  func follow(until offsets: [Int64], watermark: Int64) {
    precondition(isFollowing, "Whoever publishes does not follow.")
    replayedWatermark = max(replayedWatermark, watermark)
    for (slot, offset) in zip(slots, offsets) { slot.follow(until: offset) }
    isReplaying = slots.contains { !$0.isReplayed }
    if !isReplaying { endReplay() }
  }

  /// The watermark goes past what a partition holds only when whoever published it had read the partition to its end.
  func inferEnds() {
    for slot in slots { slot.task.isAtEnd = replayedWatermark > ledger.seenWatermark(of: slot.task) }
  }

  /// Goes on by itself, behind the replay if one is under way. Call it right behind `follow`.
  func endFollowing() {
    isFollowing = false
    // Whether they are at their ends now is not known yet.
    for slot in slots { slot.task.isAtEnd = false }
  }

  /// A partition was read to its end, which was at `offset`.
  ///
  /// - Returns: the offset up to which it was published if that is beyond the end: the partition is not what it was.
  ///   Otherwise nil.
  func hearOfEnd(topicIndex: Int, partition: Int32, offset: Int64) -> Int64? {
    if let slot = slot(topicIndex: topicIndex, partition: partition), offset < slot.silentUntil {
      return slot.silentUntil
    }
    reachedEnd(topicIndex: topicIndex, partition: partition, offset: offset)
    return nil
  }
}
