import ArgumentParser
import Formats
import Kafka
import Service

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Prints the versions of the program, of its libraries and of the system's time zone rules.")

  func run() throws {
    try Exit.running {
      try StandardOutput.print(
        """
        nadi             \(Build.version)
        librdkafka       \(Kafka.libraryVersion)
        simdjson         \(JSONLibrary.version)
        time zone rules  \(ZoneRules.version()) in \(ZoneRules.directory)
        """)
    }
  }
}
