import Foundation
import Service

/// A process of its own, so that its CPU time and memory are those of one thing alone; killed when it is released.
public final class ChildProcess {
  /// What a process that ended left behind.
  struct End {
    /// The exit code, or 128 and the signal.
    var code: Int32
    var cpuSeconds: Double
  }

  let process: pid_t
  private let name: String
  private let outputPath: String
  private let errorPath: String
  private var end: End?
  /// The most memory that it was seen to have resident, in bytes.
  private(set) var peakBytes = 0

  /// Starts a program.
  ///
  /// - Parameter directory: where its standard output and error are written to, as `NAME.out` and `NAME.err`.
  /// - Throws: `ServiceFault` when it cannot be started.
  init(_ path: String, _ arguments: [String], name: String, directory: String) throws {
    self.name = name
    outputPath = "\(directory)/\(name).out"
    errorPath = "\(directory)/\(name).err"
    process = try Self.spawn(path, arguments, output: outputPath, errors: errorPath)
  }

  deinit {
    guard end == nil else { return }
    kill(process, SIGKILL)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  /// The path of this program.
  static var ownPath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// Looks whether it has ended, and how much memory it has used until now.
  func poll() -> End? {
    if let end { return end }
    peakBytes = max(peakBytes, ProcessCost.peakBytes(of: process) ?? 0)
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(process, &status, WNOHANG, &usage) == process else { return nil }
    let signal = status & 0x7f
    end = End(
      code: signal == 0 ? (status >> 8) & 0xff : 128 + signal, cpuSeconds: ProcessCost.seconds(usage))
    return end
  }

  /// CPU time so far, in seconds.
  var cpuSeconds: Double { end?.cpuSeconds ?? ProcessCost.cpuSeconds(of: process) ?? 0 }

  func send(_ signal: Int32) { kill(process, signal) }

  /// Standard output until now.
  var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }

  /// The lines of standard error until now.
  var errorLines: [Substring] {
    ((try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "").split(separator: "\n")
  }

  /// A fault that says what it said last.
  func fault(_ message: String) -> ServiceFault {
    ServiceFault(
      .unavailable, "\(name): \(message)\n\(errorLines.suffix(5).joined(separator: "\n"))",
      remedy: "see what it says above")
  }

  /// Waits for its end, which must be a success.
  func finish(_ patience: Patience) throws -> End {
    var end: End?
    try patience.wait("for \(name) to end") {
      end = poll()
      return end != nil
    }
    guard let end, end.code == 0 else { throw fault("it ended with \(end?.code ?? -1)") }
    return end
  }

  /// The JSON object that it has printed.
  ///
  /// - Parameter otherwise: what is said when it has not.
  func result<Result: Decodable>(
    _ type: Result.Type, otherwise: String = "it printed no result"
  ) throws -> Result {
    guard let result = try? JSONDecoder().decode(type, from: Data(output.utf8)) else {
      throw fault("\(otherwise): \(output)")
    }
    return result
  }

  /// What this program prints in a process of its own.
  ///
  /// - Throws: `ServiceFault` when it fails or takes longer than the patience.
  public static func output(of arguments: [String], directory: String, _ patience: Patience) throws -> String
  {
    let child = try ChildProcess(ownPath, arguments, name: "within", directory: directory)
    _ = try child.finish(patience)
    return child.output
  }

  private static func spawn(_ path: String, _ arguments: [String], output: String, errors: String) throws
    -> pid_t
  {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, file) in [(Int32(1), output), (2, errors)] {
      posix_spawn_file_actions_addopen(&actions, descriptor, file, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What this process ignores would be ignored by the other one too.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var process = pid_t()
    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    let code = withTexts([path] + arguments) { arguments in
      withTexts(environment) { posix_spawn(&process, path, &actions, &attributes, arguments, $0) }
    }
    guard code == 0 else {
      throw ServiceFault(
        .usage, "cannot start \(path): \(String(cString: strerror(code)))", remedy: "name a program that runs"
      )
    }
    return process
  }

  /// Lends texts as a C array of C strings with a null pointer at its end.
  private static func withTexts<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        preconditionFailure("An array that is not empty has a base.")
      }
      return body(base)
    }
  }
}
