extension KafkaConsumer {
  /// Something a poll met besides records.
  public enum Event: Equatable, Sendable {
    /// The group gives these partitions to this member, all it now has: answer with `assign`.
    case assigned([TopicPartition])
    /// The group takes these partitions back, and waits: commit, then answer with `unassign`.
    case revoked([TopicPartition])
    /// These partitions already belong to others: drop their state, then answer with `unassign`.
    case lost([TopicPartition])
    /// Every record of the partition below this offset has been handed out.
    case endOfPartition(TopicPartition, offset: Int64)
    /// Something failed and the client goes on.
    case failed(KafkaError)
    /// The client can do no more and must be replaced.
    case fatal(KafkaError)
  }
}
