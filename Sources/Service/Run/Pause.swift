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
}
