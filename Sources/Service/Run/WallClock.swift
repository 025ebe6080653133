#if canImport(Glibc)
  import Glibc
#endif

/// The clocks, read only by adapters; the core gets time as a value.
public enum WallClock {
  /// Milliseconds since the Unix epoch.
  public static func nowMillis() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Milliseconds of a clock that is never set.
  public static func steadyMillis() -> Int64 { steadyMicros() / 1_000 }

  /// Microseconds of the same clock.
  public static func steadyMicros() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}
