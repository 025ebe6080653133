/// The ways in which a simulated record can be malformed; each must end as a dead letter.
public enum MalformedKind: Int, Sendable, CaseIterable {
  /// A value of no bytes, which is not a tombstone.
  case empty = 1
  /// JSON cut off in the middle.
  case truncated
  case plainText
  /// A byte within a string that cannot be in UTF-8.
  case invalidUTF8
  /// An array of numbers at the root.
  case arrayOfNumbers
  /// A number at the root.
  case scalar
  case missingId
  case missingEntity
  case unknownEntity
  case unknownOperation
  case missingEntityId
  case missingTime
  /// An `occurredAt` that is not a time.
  case unreadableTime
  /// An `occurredAt` in the year 2999.
  case farFuture
  /// A `data` that is a string.
  case dataNotObject
  /// An `amount` that is an object.
  case amountWrongType
  /// An `amount` of 60 digits.
  case amountOutOfRange
  /// A merge that does not say into what.
  case mergeWithoutTarget
  /// Arrays nested 2,000 deep.
  case tooDeep
  /// Bytes after the end of the object.
  case trailingBytes

  /// The value of such a record.
  func value(id: String, occurredAt: Int64) -> [UInt8] {
    switch self {
    case .empty: []
    case .plainText: Array("call me back tomorrow".utf8)
    case .arrayOfNumbers: Array("[1,2,3]".utf8)
    case .scalar: Array("42".utf8)
    case .truncated: Array(event(id, occurredAt).dropLast(25))
    case .trailingBytes: event(id, occurredAt) + Array("}} and more".utf8)
    case .invalidUTF8, .missingId, .missingEntity, .unknownEntity, .unknownOperation, .missingEntityId,
      .missingTime, .unreadableTime, .farFuture, .dataNotObject, .amountWrongType, .amountOutOfRange,
      .mergeWithoutTarget, .tooDeep:
      event(id, occurredAt)
    }
  }

  /// An event with this kind's one mistake in it, where the mistake is within the event.
  private func event(_ id: String, _ occurredAt: Int64) -> [UInt8] {
    var time: [UInt8] = []
    DecimalDigits.append(instant: occurredAt, to: &time)
    var occurred = String(decoding: time, as: UTF8.self)
    if self == .unreadableTime { occurred = "yesterday" }
    if self == .farFuture { occurred = "2999-12-31T23:59:59.000Z" }
    var members: [String] = []
    if self != .missingId { members.append("\"id\":\"e-\(id)\"") }
    if self != .missingEntity {
      members.append("\"entity\":\"\(self == .unknownEntity ? "spaceship" : "opportunity")\"")
    }
    let operation = self == .unknownOperation ? "explode" : self == .mergeWithoutTarget ? "merge" : "upsert"
    members.append("\"op\":\"\(operation)\"")
    if self != .missingEntityId { members.append("\"entityId\":\"\(id)\"") }
    if self != .missingTime { members.append("\"occurredAt\":\"\(occurred)\"") }
    return Array("{\(members.joined(separator: ",")),\"data\":".utf8) + data + Array("}".utf8)
  }

  private var data: [UInt8] {
    switch self {
    case .dataNotObject: Array("\"none\"".utf8)
    case .amountWrongType: Array("{\"amount\":{\"value\":12}}".utf8)
    case .amountOutOfRange: Array("{\"amount\":\"\(String(repeating: "9", count: 60))\"}".utf8)
    case .invalidUTF8: Array("{\"stage\":\"".utf8) + [0xC3, 0x28, 0xFF] + Array("\"}".utf8)
    case .tooDeep:
      Array("{\"stage\":".utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 2_000)
        + [UInt8](repeating: UInt8(ascii: "]"), count: 2_000) + Array("}".utf8)
    case .empty, .truncated, .plainText, .arrayOfNumbers, .scalar, .missingId, .missingEntity, .unknownEntity,
      .unknownOperation, .missingEntityId, .missingTime, .unreadableTime, .farFuture, .mergeWithoutTarget,
      .trailingBytes:
      Array("{\"status\":\"open\",\"stage\":\"qualification\"}".utf8)
    }
  }
}
