import Core

@testable import Formats

/// An event copied out of the decoder's buffers.
struct Decoded: Equatable {
  enum Value: Equatable {
    case cleared
    case text(String)
    case number(Int64)
  }

  var entity: String
  var operation: Operation
  var id: String?
  var entityId: String?
  var actorId: String?
  var occurredAt: Int64
  var order: Int64
  var fields: [String: Value]

  init(_ event: DecodedEvent, _ catalogue: Catalogue) {
    let definition = catalogue.entities[event.entity]
    entity = definition.name
    operation = event.operation
    id = Self.string(event.id)
    entityId = Self.string(event.entityId)
    actorId = Self.string(event.actorId)
    occurredAt = event.occurredAt
    order = event.order
    fields = [:]
    for (index, field) in definition.fields.enumerated() {
      switch event.fields[index].kind {
      case .absent: break
      case .cleared: fields[field.name] = .cleared
      case .number: fields[field.name] = .number(event.fields[index].number)
      case .text: fields[field.name] = .text(Self.string(event.fields[index].text) ?? "")
      }
    }
  }

  static func string(_ bytes: EventBytes) -> String? {
    guard let start = bytes.start else { return nil }
    return String(decoding: UnsafeRawBufferPointer(start: start, count: bytes.count), as: UTF8.self)
  }
}

/// Decodes texts with one decoder for topic `events`.
struct DecoderHarness {
  let catalogue: Catalogue
  let decoder: Decoder

  init(
    _ mappings: [MappingDefinition] = [], maximumBytes: Int = 65_536, maximumKeyBytes: Int = 1_024,
    maximumDepth: Int = 16
  ) throws {
    catalogue = try TestCatalogue.make()
    decoder = try Decoder(
      catalogue: catalogue, mappings: mappings, topics: ["other", "events"], maximumBytes: maximumBytes,
      maximumKeyBytes: maximumKeyBytes, maximumDepth: maximumDepth)
  }

  struct Result {
    var events: [Decoded] = []
    var faults: [DecodeFault] = []
    /// Both, in the order of the calls.
    var isAccepted: [Bool] = []
    var count = 0
    var headersAsked: [String] = []
  }

  func decode(
    _ text: String, headers: [String: [UInt8]] = [:], key: String = "", timestamp: Int64 = -1
  ) -> Result {
    decode([UInt8](text.utf8), headers: headers, key: [UInt8](key.utf8), timestamp: timestamp)
  }

  func decode(
    _ bytes: [UInt8], headers: [String: [UInt8]] = [:], key: [UInt8] = [], timestamp: Int64 = -1,
    isTombstone: Bool = false
  ) -> Result {
    var result = Result()
    let stored = headers.mapValues { bytes in
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
      copy.copyBytes(from: bytes)
      return UnsafeRawBufferPointer(copy)
    }
    defer { for copy in stored.values { copy.deallocate() } }
    let count = bytes.withUnsafeBytes { value in
      key.withUnsafeBytes { key in
        decoder.decode(
          RecordInput(topic: 1, timestampMillis: timestamp, key: key, value: value, isTombstone: isTombstone)
        ) { name in
          result.headersAsked.append(name)
          return stored[name]
        } accept: { event in
          result.events.append(Decoded(event, catalogue))
          result.isAccepted.append(true)
        } reject: { fault in
          result.faults.append(fault)
          result.isAccepted.append(false)
        }
      }
    }
    result.count = count
    return result
  }
}

extension [String: String] {
  var bytes: [String: [UInt8]] { mapValues { [UInt8]($0.utf8) } }
}
