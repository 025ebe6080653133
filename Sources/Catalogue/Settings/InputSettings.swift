/// Where events come from.
public struct InputSettings: Sendable, Equatable {
  public var topics: [String]

  public init(topics: [String]) { self.topics = topics }
}
