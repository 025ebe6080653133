import Synchronization

/// Keeps one place in the code from flooding the log: a few lines in a window of time, then only their number.
///
/// What was held back is told with the place's next line, or when the window is over with the next line of any place.
public final class LogLimiter: Sendable {
  /// Where a line comes from: the place in the code, and for a library's own lines what part of it speaks.
  public struct Site: Hashable, Sendable {
    public var file: String
    public var line: UInt
    public var part: String

    public init(file: String, line: UInt, part: String = "") {
      self.file = file
      self.line = line
      self.part = part
    }
  }

  /// What is done with a line.
  public enum Verdict: Equatable, Sendable {
    /// It is written, with the number of lines held back since the last one.
    case written(suppressed: Int)
    case heldBack
  }

  private struct Window {
    var startMillis: Int64
    var lines = 0
    var suppressed = 0
    var message = ""
  }

  public static let windowMillis: Int64 = 10_000
  /// Lines of one place that are written in a window; start-up says the same of several topics.
  static let linesMax = 5
  /// Beyond it places are not counted, and their lines are all written.
  static let sitesMax = 1_000

  private let windows = Mutex<[Site: Window]>([:])

  public init() {}

  /// Counts a line and says what is to be done with it.
  func admit(_ site: Site, message: String, nowMillis: Int64) -> Verdict {
    windows.withLock { windows in
      guard var window = windows[site] else {
        if windows.count >= Self.sitesMax {
          windows = windows.filter { nowMillis - $1.startMillis < Self.windowMillis || $1.suppressed > 0 }
        }
        if windows.count < Self.sitesMax { windows[site] = Window(startMillis: nowMillis, lines: 1) }
        return .written(suppressed: 0)
      }
      defer { windows[site] = window }
      if nowMillis - window.startMillis >= Self.windowMillis {
        let suppressed = window.suppressed
        window = Window(startMillis: nowMillis, lines: 1)
        return .written(suppressed: suppressed)
      }
      if window.lines < Self.linesMax {
        window.lines += 1
        return .written(suppressed: 0)
      }
      window.suppressed += 1
      window.message = message
      return .heldBack
    }
  }

  /// What was held back in windows that are over, each told once.
  func takeOverdue(nowMillis: Int64) -> [(message: String, suppressed: Int)] {
    windows.withLock { windows in
      var overdue: [(message: String, suppressed: Int)] = []
      for (site, window) in windows
      where window.suppressed > 0 && nowMillis - window.startMillis >= Self.windowMillis {
        overdue.append((window.message, window.suppressed))
        windows[site] = nil
      }
      return overdue.sorted { ($0.message, $0.suppressed) < ($1.message, $1.suppressed) }
    }
  }
}
