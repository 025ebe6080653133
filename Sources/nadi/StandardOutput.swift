import ArgumentParser
import Foundation
import Service

/// What a command prints; every line of every command goes through here.
///
/// Output that cannot be written ends the command with 74, and a reader that has gone away, such as `head`, ends it
/// without a word, with the code that shells give to whom SIGPIPE ended.
final class StandardOutput {
  private var waiting: [UInt8] = []
  private static let flushBytes = 1 << 16

  private init() {}

  /// Writes a line at once.
  static func print(_ line: String) throws { try write(line + "\n") }

  /// Writes a text at once.
  static func write(_ text: String) throws { try send(Array(text.utf8)) }

  /// Lends an output that collects lines, and writes what waits when the body has ended, however it did.
  static func collecting<Value>(_ body: (StandardOutput) throws -> Value) throws -> Value {
    let output = StandardOutput()
    let result = Result { try body(output) }
    try output.flush()
    return try result.get()
  }

  func writeLine(_ bytes: UnsafeRawBufferPointer) throws {
    waiting.append(contentsOf: bytes)
    waiting.append(UInt8(ascii: "\n"))
    if waiting.count >= Self.flushBytes { try flush() }
  }

  private func flush() throws {
    // What could not be written is not tried again.
    defer { waiting.removeAll(keepingCapacity: true) }
    try Self.send(waiting)
  }

  private static func send(_ bytes: [UInt8]) throws {
    do throws(POSIXFault) {
      try bytes.span.bytes.withUnsafeBytes { (all) throws(POSIXFault) in
        try StandardStream.output.write(all)
      }
    } catch {
      if error.code == EPIPE { throw ExitCode(128 + SIGPIPE) }
      throw ServiceFault(
        .inputOutput, "cannot write to standard output: \(String(cString: strerror(error.code)))",
        remedy: "give it a file, a pipe or a terminal that takes it")
    }
  }
}
