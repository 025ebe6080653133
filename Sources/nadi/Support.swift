import ArgumentParser
import Catalogue
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
      StandardStream.say("nadi: \(error)")
      throw ExitCode(ServiceFault.Code.internalError.rawValue)
    }
  }

  /// Says what ended the parsing or the run of a command: help and the like on standard output, faults on standard
  /// error.
  static func code(after error: any Error) -> ExitCode {
    let code = Nadi.exitCode(for: error)
    let text = Nadi.fullMessage(for: error)
    guard !text.isEmpty else { return code }
    guard code == .success else {
      StandardStream.say(text)
      return code
    }
    do {
      try running { try StandardOutput.print(text) }
      return code
    } catch {
      return Nadi.exitCode(for: error)
    }
  }

  private static func said(_ fault: ServiceFault) -> ExitCode {
    StandardStream.say("nadi: \(fault.message)\nnadi: what to do: \(fault.remedy)")
    return ExitCode(fault.code.rawValue)
  }
}

/// Loads a configuration, printing what is wrong with it.
enum ConfigurationOption {
  /// - Parameter option: what named the path.
  static func load(_ path: String, option: String = "--config") throws -> Configuration {
    let (configuration, diagnostics) = try ConfigurationFile.load(path: path, option: option)
    for diagnostic in diagnostics {
      StandardStream.say(diagnostic.text(file: path))
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
