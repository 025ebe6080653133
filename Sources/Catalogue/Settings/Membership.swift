/// How a process belongs to its consumer group.
public enum Membership: String, Sendable, CaseIterable {
  /// A member keeps its place over a restart within the session time-out (KIP-345).
  case `static`
  /// A member signs off when it stops, and is missed for a session time-out when it dies.
  case dynamic
}
