@testable import Core

/// Turns sample events into decoded ones, whose bytes it keeps until the next event.
final class SampleFeeder {
  private let catalogue: Catalogue
  private let bytes: UnsafeMutableRawPointer
  private var used = 0
  private let fields: UnsafeMutablePointer<EventField>
  private static let room = 65_536

  init(_ catalogue: Catalogue) {
    self.catalogue = catalogue
    bytes = .allocate(byteCount: Self.room, alignment: 8)
    fields = .allocate(capacity: 64)
    fields.initialize(repeating: EventField(kind: .absent), count: 64)
  }

  deinit {
    bytes.deallocate()
    fields.deallocate()
  }

  /// Accepts one event and moves the task's position on by one.
  @discardableResult
  func feed(_ event: SampleEvent, to task: PartitionTask) -> Outcome {
    guard let number = catalogue.entity(event.entity) else {
      preconditionFailure("the sample catalogue has no entity \(event.entity)")
    }
    used = 0
    var decoded = DecodedEvent(fields: UnsafePointer(fields))
    for (place, field) in catalogue.entities[number].fields.enumerated() {
      fields[place] = encoded(event.fields[field.name])
    }
    decoded.entity = number
    decoded.operation = event.operation
    decoded.id = copied(event.id)
    decoded.entityId = copied(event.entityId)
    decoded.actorId = copied(event.actorId)
    decoded.occurredAt = event.time
    decoded.order = event.order ?? event.time
    task.position += 1
    return task.accept(decoded, recordTimestamp: event.recordTimestamp)
  }

  private func encoded(_ value: SampleValue?) -> EventField {
    switch value {
    case nil: EventField(kind: .absent)
    case .cleared: EventField(kind: .cleared)
    case .number(let number): EventField(kind: .number, number: number)
    case .text(let text): EventField(kind: .text, text: copied(text))
    }
  }

  private func copied(_ text: String?) -> EventBytes {
    guard let text else { return .none }
    let utf8 = Array(text.utf8)
    precondition(used + utf8.count <= Self.room, "a sample event is too long")
    let start = bytes + used
    start.copyMemory(from: utf8, byteCount: utf8.count)
    used += utf8.count
    return EventBytes(start: UnsafeRawPointer(start), count: utf8.count)
  }
}
