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
        do throws(ServiceFault) {
          print("\(name)  \(try SnapshotReport(path: "\(directory)/\(name)").line)")
        } catch {
          print("\(name)  \(error.message)")
        }
      }
    }
  }
}

struct SnapshotInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Says what a snapshot holds: positions, times, books, sizes.")

  @Argument(help: "The snapshot file.")
  var file: String

  func run() throws {
    try Exit.running { print(try SnapshotReport(path: file).text) }
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
        do throws(ServiceFault) {
          _ = try SnapshotReport(path: file, configuration: configuration)
          print("\(file): good")
        } catch {
          print("\(file): \(error.message)")
          fault = error
        }
      }
      if let fault { throw fault }
    }
  }
}
