/// What a case is put through beside its own lines; none of it may change what is published.
enum ScriptRestarts: String, CaseIterable, Sendable {
  /// Nothing.
  case none
  /// After every commit a snapshot is taken and the process restarted.
  case withSnapshot = "restarted from a snapshot after every commit"
  /// After every commit the process is restarted without a snapshot.
  case withoutSnapshot = "restarted without a snapshot after every commit"
  /// After every commit the process is restarted from the snapshot of the first one.
  case withOldSnapshot = "restarted from the first snapshot after every commit"
}
