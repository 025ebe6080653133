import Core
import Formats

/// Everything a process is told: where from, where to, how, and what the numbers are.
public struct Configuration: Sendable {
  public var kafka: KafkaSettings
  public var input: InputSettings
  public var output: OutputSettings
  public var state: StateSettings
  public var emit: EmitSettings
  public var limits: LimitSettings
  public var http: HTTPSettings
  /// Threads that decode and combine, 1 to 16.
  public var workers: Int
  /// Tried in order, before the built-in ones.
  public var mappings: [MappingDefinition]
  public var catalogue: CatalogueDefinition

  /// A configuration with the default of everything that is left out.
  public init(
    kafka: KafkaSettings, input: InputSettings, output: OutputSettings? = nil,
    state: StateSettings = StateSettings(), emit: EmitSettings = EmitSettings(),
    limits: LimitSettings = LimitSettings(), http: HTTPSettings = HTTPSettings(), workers: Int = 1,
    mappings: [MappingDefinition] = [],
    catalogue: CatalogueDefinition = BuiltInCatalogue.definition()
  ) {
    self.kafka = kafka
    self.input = input
    self.output = output ?? OutputSettings(input: input)
    self.state = state
    self.emit = emit
    self.limits = limits
    self.http = http
    self.workers = workers
    self.mappings = mappings
    self.catalogue = catalogue
  }
}
