import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// What the system says about this process.
struct ProcessFigures {
  var residentBytes = 0
  var cpuSeconds = 0.0
  var descriptorCount = 0

  static func read() -> ProcessFigures {
    var figures = ProcessFigures()
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    if let pages, pages.count > 1, let resident = Int(pages[1]) {
      figures.residentBytes = resident * sysconf(Int32(_SC_PAGESIZE))
    }
    figures.descriptorCount =
      (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0
    var usage = rusage()
    if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
      let times = [usage.ru_utime, usage.ru_stime]
      figures.cpuSeconds = times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1_000_000 }
    }
    return figures
  }
}
