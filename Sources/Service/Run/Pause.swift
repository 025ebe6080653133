#if canImport(Glibc)
  import Glibc
#endif

/// Blocks the calling thread: only adapters' own threads may.
enum Pause {
  static func sleep(millis: Int64) {
    var left = timespec(tv_sec: Int(millis / 1_000), tv_nsec: Int(millis % 1_000) * 1_000_000)
    var rest = timespec()
    while nanosleep(&left, &rest) != 0, errno == EINTR { left = rest }
  }

  /// Returns whether the time passed, or false as soon as `isOver` says so.
  static func sleep(millis: Int64, unless isOver: () -> Bool) -> Bool {
    let end = WallClock.steadyMillis() + millis
    while true {
      if isOver() { return false }
      let left = end - WallClock.steadyMillis()
      if left <= 0 { return true }
      sleep(millis: min(left, 100))
    }
  }
}
