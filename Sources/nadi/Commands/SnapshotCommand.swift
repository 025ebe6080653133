import ArgumentParser
import Catalogue
import Service

struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Looks at snapshot files; a daemon may be using the directory.",
    subcommands: [SnapshotListCommand.self, SnapshotInspectCommand.self, SnapshotVerifyCommand.self])
}

struct SnapshotListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists the snapshots of a state directory, newest first.")

  @Argument(help: "The state directory.")
  var directory: String

  func run() throws {
    try Exit.running {
      for name in try SnapshotDirectory(path: directory, kept: .max).files() {
        try StandardOutput.print("\(name)  \(Self.line("\(directory)/\(name)"))")
      }
    }
  }

  private static func line(_ path: String) -> String {
    do throws(ServiceFault) { return try SnapshotReport(path: path).line } catch { return error.message }
  }
}

struct SnapshotInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Says what a snapshot holds: positions, times, books, sizes.")

  @Argument(help: "The snapshot file.")
  var file: String

  func run() throws {
    try Exit.running { try StandardOutput.print(try SnapshotReport(path: file).text) }
  }
}

struct SnapshotVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks snapshot files whole; exit code 65 if one is damaged, 74 if one cannot be read.")

  @Argument(help: "The snapshot files.")
  var files: [String]

  @Option(help: "The configuration, to load the states under its catalogue as a restart does.")
  var config: String?

  func run() throws {
    try Exit.running {
      let configuration = try config.map { try ConfigurationOption.load($0) }
      var fault: ServiceFault?
      for file in files {
        let found = Self.fault(file, configuration)
        try StandardOutput.print("\(file): \(found?.message ?? "good")")
        fault = found ?? fault
      }
      if let fault { throw fault }
    }
  }

  private static func fault(_ file: String, _ configuration: Configuration?) -> ServiceFault? {
    do throws(ServiceFault) {
      _ = try SnapshotReport(path: file, configuration: configuration)
      return nil
    } catch {
      return error
    }
  }
}
