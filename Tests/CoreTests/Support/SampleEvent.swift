@testable import Core

/// The value of one field of a sample event.
enum SampleValue: Equatable {
  case text(String)
  /// Millionths, milliseconds, or 0 and 1, by the field's type.
  case number(Int64)
  case cleared
}

/// An event by names, as a test writes it.
struct SampleEvent {
  var entity: String
  var operation = Core.Operation.upsert
  var id: String?
  var entityId: String?
  var actorId: String?
  /// Milliseconds since the epoch.
  var time: Int64
  /// The write order; nil is the time.
  var order: Int64?
  var fields: [String: SampleValue] = [:]
  /// Milliseconds since the epoch, or -1.
  var recordTimestamp: Int64 = -1

  init(
    _ entity: String, id: String? = nil, entityId: String? = nil, at time: Int64,
    _ fields: [String: SampleValue] = [:]
  ) {
    self.entity = entity
    self.id = id
    self.entityId = entityId
    self.time = time
    self.fields = fields
  }

  func with(_ change: (inout SampleEvent) -> Void) -> SampleEvent {
    var copy = self
    change(&copy)
    return copy
  }
}
