/// One line of a script that does something, with the lines below it that say what is expected.
struct ScriptStep {
  enum Action {
    /// A record arrives.
    case record(InputRecord)
    /// The wall clock moves, in milliseconds.
    case now(Int64)
    /// Partitions are read to their end.
    case end([Int32])
    /// Everything that changed is published and committed; what is expected is all there is.
    case commit
    /// The state is kept for a restart.
    case snapshot
    /// The process ends and another one begins with the snapshot, if there is one, and replays what follows.
    case restart
    /// The same without any snapshot.
    case restartWithoutSnapshot
    /// Figures of the books, by name.
    case books([String: UInt64])
    /// What the watermark must be, in milliseconds.
    case watermark(Int64)
  }

  let line: Int
  let action: Action
  var expected: [ScriptExpectation] = []
}
