import Core

/// From JSON values to typed ones.
extension Decoder {
  /// Why a number could not be read.
  struct NumberFault: Error {
    let reason: RejectReason
  }

  /// Reads a present value as the rule says; nil when it went well.
  ///
  /// An empty text is no value, as null is: many sources clear a field with it.
  @inline(__always)
  func convert(
    _ value: JSONValue, _ rule: UnsafePointer<RuleProgram>, into field: UnsafeMutablePointer<EventField>
  ) -> RejectReason? {
    if value.kind == JSONKind.string, rule.pointee.reading == .text, value.length > 0,
      value.length <= Self.maximumTextBytes
    {
      field.pointee = EventField(
        kind: .text, text: EventBytes(start: UnsafeRawPointer(value.data), count: Int(value.length)))
      return nil
    }
    return convertOther(value, rule, into: field)
  }

  private func convertOther(
    _ value: JSONValue, _ rule: UnsafePointer<RuleProgram>, into field: UnsafeMutablePointer<EventField>
  ) -> RejectReason? {
    switch value.kind {
    case JSONKind.null,
      JSONKind.string where value.length == 0:
      field.pointee.kind = rule.pointee.isNullAbsent ? .absent : .cleared
      return nil
    case JSONKind.object, JSONKind.array: return .wrongType
    case JSONKind.invalid: return .invalidUTF8
    case JSONKind.overlong: return .keyTooLong
    default: break
    }
    var number: Int64 = 0
    let reason: RejectReason?
    switch rule.pointee.reading {
    case .text: return convertText(value, into: field)
    case .decimal: reason = decimal(value, digits: 6, &number)
    case .micros: reason = decimal(value, digits: 0, &number)
    case .cents: reason = decimal(value, digits: 4, &number)
    case .thousandths: reason = decimal(value, digits: 3, &number)
    case .minutes: reason = minutes(value, &number)
    case .time: reason = time(value, &number)
    case .date: reason = date(value, &number)
    case .epochMillis: reason = epoch(value, digits: 0, &number)
    case .epochSeconds: reason = epoch(value, digits: 3, &number)
    case .boolean: reason = boolean(value, isLoose: false, &number)
    case .looseBoolean: reason = boolean(value, isLoose: true, &number)
    }
    field.pointee.kind = .number
    field.pointee.number = number
    return reason
  }

  /// Ids are often numbers, so numbers and booleans are taken by their text.
  private func convertText(_ value: JSONValue, into field: UnsafeMutablePointer<EventField>) -> RejectReason?
  {
    guard let text = text(of: value) else { return .wrongType }
    guard text.count <= Self.maximumTextBytes else { return .keyTooLong }
    field.pointee = EventField(kind: .text, text: text)
    return nil
  }

  private func bytes(_ value: JSONValue) -> UnsafeBufferPointer<UInt8>? {
    switch value.kind {
    case JSONKind.string, JSONKind.number, JSONKind.timestamp:
      guard let data = value.data else { return nil }
      let start = UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self)
      return UnsafeBufferPointer(start: start, count: Int(value.length))
    default: return nil
    }
  }

  private func decimal(_ value: JSONValue, digits: Int, _ number: inout Int64) -> RejectReason? {
    guard let text = bytes(value) else { return .wrongType }
    do throws(Decimal6.Fault) {
      number = try Decimal6.parse(text, digits: digits).millionths
      return nil
    } catch {
      switch error {
      case .malformed: return .wrongType
      case .outOfRange: return .numberOutOfRange
      case .tooManyDecimals: return .tooManyDecimals
      }
    }
  }

  private func minutes(_ value: JSONValue, _ number: inout Int64) -> RejectReason? {
    if let reason = decimal(value, digits: 6, &number) { return reason }
    let (seconds, overflows) = number.multipliedReportingOverflow(by: 60)
    number = seconds
    return overflows ? .numberOutOfRange : nil
  }

  private func time(_ value: JSONValue, _ number: inout Int64) -> RejectReason? {
    if value.kind == JSONKind.timestamp { return epoch(value, digits: 0, &number) }
    guard value.kind == JSONKind.string, let text = bytes(value) else { return .wrongType }
    guard let instant = RFC3339.parseInstant(text) ?? RFC3339.parseLocal(text, zone: zone) else {
      return TimeShape.isTime(text) ? .impossibleTime : .wrongType
    }
    number = instant
    return isPossible(instant) ? nil : .impossibleTime
  }

  private func date(_ value: JSONValue, _ number: inout Int64) -> RejectReason? {
    guard value.kind == JSONKind.string, let text = bytes(value), text.count == 10 else { return .wrongType }
    return time(value, &number)
  }

  private func epoch(_ value: JSONValue, digits: Int, _ number: inout Int64) -> RejectReason? {
    var reason = decimal(value, digits: digits, &number)
    if reason == .tooManyDecimals, let millis = wholeMillis(value, digits: digits) {
      reason = decimal(millis, digits: digits, &number)
    }
    if let reason { return reason == .numberOutOfRange ? .impossibleTime : reason }
    return isPossible(number) ? nil : .impossibleTime
  }

  /// A time without its parts of a millisecond, which are cut off as in texts; nil when it is not written plainly.
  private func wholeMillis(_ value: JSONValue, digits: Int) -> JSONValue? {
    guard let text = bytes(value), let point = text.firstIndex(of: UInt8(ascii: ".")),
      text[0] != UInt8(ascii: "-"), !text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") })
    else { return nil }
    return JSONValue(text: value.data, count: digits == 0 ? point : point + 1 + digits, kind: value.kind)
  }

  private func isPossible(_ instant: Int64) -> Bool { instant >= 0 && instant <= PartitionTask.latestTime }

  private func boolean(_ value: JSONValue, isLoose: Bool, _ number: inout Int64) -> RejectReason? {
    if value.kind == JSONKind.isTrue {
      number = 1
      return nil
    }
    if value.kind == JSONKind.isFalse {
      number = 0
      return nil
    }
    guard let text = bytes(value), value.kind == JSONKind.string || isLoose else { return .wrongType }
    if Self.equal(text, "true") || (isLoose && (Self.equal(text, "1") || Self.equal(text, "yes"))) {
      number = 1
      return nil
    }
    if Self.equal(text, "false") || (isLoose && (Self.equal(text, "0") || Self.equal(text, "no"))) {
      number = 0
      return nil
    }
    return .wrongType
  }

  private static func equal(_ text: UnsafeBufferPointer<UInt8>, _ other: StaticString) -> Bool {
    text.elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
  }

  /// A JSON integer, or text of decimal digits.
  func wholeNumber(_ value: JSONValue) -> Result<Int64, NumberFault> {
    guard let text = bytes(value), value.kind != JSONKind.timestamp || value.length > 0, !text.isEmpty else {
      return .failure(NumberFault(reason: .wrongType))
    }
    let isNegative = text[0] == UInt8(ascii: "-")
    guard text.count > (isNegative ? 1 : 0) else { return .failure(NumberFault(reason: .wrongType)) }
    var number: Int64 = 0
    var isOverflowing = false
    for index in (isNegative ? 1 : 0)..<text.count {
      let digit = text[index] &- 48
      guard digit <= 9 else { return .failure(NumberFault(reason: .wrongType)) }
      let (product, wide) = number.multipliedReportingOverflow(by: 10)
      let (sum, wider) = product.subtractingReportingOverflow(Int64(digit))
      isOverflowing = isOverflowing || wide || wider
      number = isOverflowing ? 0 : sum
    }
    // Counted downwards, because the least number has no positive counterpart.
    if !isNegative, number == .min { isOverflowing = true }
    if isOverflowing { return .failure(NumberFault(reason: .numberOutOfRange)) }
    return .success(isNegative ? number : -number)
  }
}
