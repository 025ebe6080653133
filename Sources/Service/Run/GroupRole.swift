/// What this process is to its group.
enum GroupRole {
  /// It has not joined yet, and follows.
  case none
  /// It waits for the group to assign partitions.
  case rebalancing
  /// Another process has the partition that decides who leads.
  case follower
  case leader

  /// Whether it may read what it likes: a group that is about to assign partitions waits for nothing else.
  var isFree: Bool { self == .none || self == .follower }
}
