import Foundation

/// What processes have used so far.
enum ProcessCost {
  /// CPU time of this process, all threads, user and system, in seconds.
  static var cpuSeconds: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return seconds(usage)
  }

  static func seconds(_ usage: rusage) -> Double {
    Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }

  /// CPU time of a living process, in seconds; nil when it cannot be known.
  static func cpuSeconds(of process: pid_t) -> Double? {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The most memory that this process ever had resident, in bytes.
  ///
  /// Not what `getrusage` says: that begins with what the process had which started this one.
  static var peakBytes: Int? { status("VmHWM:", of: "self") }

  static func peakBytes(of process: pid_t) -> Int? { status("VmHWM:", of: "\(process)") }

  /// Memory of this process that is resident now, in bytes.
  static var residentBytes: Int? { status("VmRSS:", of: "self") }

  private static func status(_ name: String, of process: String) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else {
      return nil
    }
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.count > 1, let kibibytes = Int(words[1]) else { return nil }
      return kibibytes * 1_024
    }
    return nil
  }
}
