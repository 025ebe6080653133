import ArgumentParser
import Catalogue

extension CatalogueGraph.Format: ExpressibleByArgument {}

struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Draws how metrics come about from topics, entities and measures.")

  @Option(help: "The configuration file.")
  var config: String

  @Option(help: "The language of the drawing: dot for Graphviz, or mermaid.")
  var format = CatalogueGraph.Format.dot

  func run() throws {
    try Exit.running {
      try StandardOutput.print(CatalogueGraph(try ConfigurationOption.load(config)).text(format))
    }
  }
}
