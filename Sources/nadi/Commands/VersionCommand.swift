import ArgumentParser
import Formats
import Kafka
import Service

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Prints the versions of the program, of its libraries and of the system's time zone rules.")

  func run() {
    print("nadi             \(Build.version)")
    print("librdkafka       \(Kafka.libraryVersion)")
    print("simdjson         \(JSONLibrary.version)")
    print("time zone rules  \(ZoneRules.version()) in \(ZoneRules.directory)")
  }
}
