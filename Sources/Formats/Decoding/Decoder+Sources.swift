import Core
import Glibc

/// Values of rules and of their sources.
extension Decoder {
  /// The value of a rule before its reading.
  @inline(__always)
  func value(
    of rule: UnsafePointer<RuleProgram>, _ record: RecordInput, _ headers: HeaderLookup
  ) -> JSONValue {
    let slot = rule.pointee.slot
    return slot >= 0 ? values[Int(slot)] : resolve(rule, record, headers)
  }

  @inline(never)
  func resolve(
    _ rule: UnsafePointer<RuleProgram>, _ record: RecordInput, _ headers: HeaderLookup
  ) -> JSONValue {
    var value =
      rule.pointee.separator.isAbsent ? first(rule, record, headers) : joined(rule, record, headers)
    // An empty text may have a place in a table.
    if Self.isNothing(value), value.kind != JSONKind.string || rule.pointee.lookup == nil {
      if let alternative = rule.pointee.alternative {
        let other = self.value(of: alternative, record, headers)
        if other.kind != JSONKind.absent { value = other }
      }
      return value
    }
    guard let lookup = rule.pointee.lookup, let texts = rule.pointee.lookupTexts else { return value }
    guard let key = text(of: value), let start = key.start else { return value }
    let place = lookup.pointee.find(start, key.count)
    let found = place >= 0 ? texts[place] : rule.pointee.lookupDefault
    guard let data = found.start else { return .absent }
    return JSONValue(text: data, count: found.count)
  }

  /// Whether a value is absent, null, or an empty text, which many sources write for null.
  @inline(__always)
  static func isNothing(_ value: JSONValue) -> Bool {
    value.kind == JSONKind.absent || value.kind == JSONKind.null
      || value.kind == JSONKind.string && value.length == 0
  }

  /// The first source that is present and neither null nor empty; null or empty if any was.
  @inline(__always)
  private func first(
    _ rule: UnsafePointer<RuleProgram>, _ record: RecordInput, _ headers: HeaderLookup
  ) -> JSONValue {
    if rule.pointee.sourceCount == 1, rule.pointee.sources[0].kind == .slot {
      return values[Int(rule.pointee.sources[0].index)]
    }
    var none = JSONValue.absent
    for index in 0..<Int(rule.pointee.sourceCount) {
      let value = read(rule.pointee.sources[index], record, headers)
      if value.kind == JSONKind.absent { continue }
      if !Self.isNothing(value) { return value }
      none = value
    }
    return none
  }

  private func joined(
    _ rule: UnsafePointer<RuleProgram>, _ record: RecordInput, _ headers: HeaderLookup
  ) -> JSONValue {
    let separator = rule.pointee.separator
    var parts = scratchUsed.pointee
    let begin = parts
    for index in 0..<Int(rule.pointee.sourceCount) {
      let value = read(rule.pointee.sources[index], record, headers)
      if Self.isNothing(value) { return .absent }
      guard let text = text(of: value), let start = text.start else { return value }
      let gap = index > 0 ? separator.count : 0
      guard parts + gap + text.count + Self.timestampBytes <= Self.scratchBytes else {
        return JSONValue(kind: JSONKind.overlong)
      }
      // The text first: a timestamp's digits lie just where the separator goes.
      memmove(scratch + parts + gap, start, text.count)
      if gap > 0, let between = separator.start { memcpy(scratch + parts, between, gap) }
      parts += gap + text.count
      scratchUsed.pointee = parts
    }
    return JSONValue(text: scratch + begin, count: parts - begin)
  }

  /// Room for the digits of any timestamp.
  static let timestampBytes = 20

  func read(_ source: SourceProgram, _ record: RecordInput, _ headers: HeaderLookup) -> JSONValue {
    switch source.kind {
    case .slot: return values[Int(source.index)]
    case .slotTail: return tail(of: values[Int(source.index)])
    case .header: return header(source.index, headers)
    case .headerTail: return tail(of: header(source.index, headers))
    case .recordKey: return record.key.baseAddress == nil ? .absent : checked(record.key)
    case .recordTimestamp: return timestamp(record.timestampMillis)
    case .topic: return constant(topics[record.topic].name)
    case .constant: return constant(constants[Int(source.index)])
    }
  }

  private func constant(_ text: EventBytes) -> JSONValue {
    guard let start = text.start else { return .absent }
    return JSONValue(text: start, count: text.count)
  }

  private func header(_ index: Int32, _ headers: HeaderLookup) -> JSONValue {
    guard let bytes = headers(headerNames[Int(index)]) else { return .absent }
    return checked(bytes)
  }

  /// Text from outside the JSON, which nobody has checked yet.
  private func checked(_ bytes: UnsafeRawBufferPointer) -> JSONValue {
    guard let start = bytes.baseAddress, !bytes.isEmpty else {
      return JSONValue(text: UnsafeRawPointer(scratch), count: 0)
    }
    guard UTF8Text.isValid(bytes) else { return JSONValue(kind: JSONKind.invalid) }
    return JSONValue(text: start, count: bytes.count)
  }

  private func timestamp(_ millis: Int64) -> JSONValue {
    guard millis >= 0, scratchUsed.pointee + Self.timestampBytes <= Self.scratchBytes else { return .absent }
    let end = scratch + scratchUsed.pointee + Self.timestampBytes
    var left = millis
    var digits = 0
    repeat {
      digits += 1
      end[-digits] = UInt8(48 + left % 10)
      left /= 10
    } while left > 0
    scratchUsed.pointee += Self.timestampBytes
    return JSONValue(text: end - digits, count: digits, kind: JSONKind.timestamp)
  }

  private func tail(of value: JSONValue) -> JSONValue {
    guard value.kind == JSONKind.string, let data = value.data else { return value }
    let count = Int(value.length)
    var start = count
    while start > 0, data[start - 1] != CChar(47) { start -= 1 }
    guard start < count else { return .absent }
    return JSONValue(text: data + start, count: count - start)
  }
}
