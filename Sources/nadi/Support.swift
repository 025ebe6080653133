import ArgumentParser
import Catalogue
import Foundation
import Kafka
import Logging
import Service

/// Ends the process with the exit code of what went wrong, and says it on standard error.
enum Exit {
  static func running(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let fault as ServiceFault {
      throw said(fault)
    } catch let error as KafkaError {
      throw said(ServiceFault(error))
    } catch let code as ExitCode {
      throw code
    } catch {
      FileHandle.standardError.write(Data("nadi: \(error)\n".utf8))
      throw ExitCode(ServiceFault.Code.internalError.rawValue)
    }
  }

  private static func said(_ fault: ServiceFault) -> ExitCode {
    FileHandle.standardError.write(Data("nadi: \(fault.message)\nnadi: what to do: \(fault.remedy)\n".utf8))
    return ExitCode(fault.code.rawValue)
  }
}

/// Loads a configuration, printing what is wrong with it.
enum ConfigurationOption {
  static func load(_ path: String) throws -> Configuration {
    let (configuration, diagnostics) = try ConfigurationFile.load(path: path)
    for diagnostic in diagnostics {
      FileHandle.standardError.write(Data((diagnostic.text(file: path) + "\n").utf8))
    }
    guard let configuration else { throw ExitCode(ServiceFault.Code.configuration.rawValue) }
    return configuration
  }
}

struct LoggingOptions: ParsableArguments {
  enum Level: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error
  }

  @Option(help: "text or json; by default text on a terminal and JSON otherwise.")
  var logFormat: String?

  @Option(help: "The least level that is logged.")
  var logLevel: Level = .info

  func validate() throws {
    if let logFormat, NadiLogHandler.Format(rawValue: logFormat) == nil {
      throw ValidationError("--log-format \(logFormat) is unknown; write text or json")
    }
  }

  func logger() -> Logger {
    let format = logFormat.flatMap { NadiLogHandler.Format(rawValue: $0) }
    var logger = Logger(label: "nadi") { _ in NadiLogHandler(format: format) }
    logger.logLevel = Logger.Level(rawValue: logLevel.rawValue) ?? .info
    return logger
  }
}

/// Buffered lines to standard output.
final class StandardOutput {
  private var buffer: [UInt8] = []
  private static let flushBytes = 1 << 16

  func writeLine(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(contentsOf: bytes)
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.flushBytes { flush() }
  }

  func flush() {
    FileHandle.standardOutput.write(Data(buffer))
    buffer.removeAll(keepingCapacity: true)
  }
}
