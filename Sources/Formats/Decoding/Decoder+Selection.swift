import Core
import Glibc

/// Which program applies to a record.
extension Decoder {
  /// The index of the program, or -1.
  @inline(__always)
  func select(
    _ layout: UnsafePointer<LayoutProgram>, _ record: RecordInput, _ headers: HeaderLookup
  ) -> Int {
    let count = layout.pointee.mappingCount
    for number in 0..<count {
      if holds(layout.pointee.selectors + number, record, headers) { return number }
    }
    guard layout.pointee.marks.arePresent, let format = builtInFormat(layout.pointee.marks, headers) else {
      return -1
    }
    return count + format.rawValue
  }

  @inline(__always)
  private func holds(
    _ selector: UnsafePointer<SelectorProgram>, _ record: RecordInput, _ headers: HeaderLookup
  ) -> Bool {
    for number in 0..<selector.pointee.count {
      if !holds(selector.pointee.conditions + number, record, headers) { return false }
    }
    return true
  }

  private func holds(
    _ condition: UnsafePointer<ConditionProgram>, _ record: RecordInput, _ headers: HeaderLookup
  ) -> Bool {
    scratchUsed.pointee = 0
    let value = read(condition.pointee.source, record, headers)
    let isPresent = value.kind != JSONKind.absent && value.kind != JSONKind.null
    switch condition.pointee.test {
    case .exists: return isPresent
    case .absent: return !isPresent
    case .equalsOneOf:
      guard let text = text(of: value), let start = text.start else { return false }
      for number in 0..<condition.pointee.textCount {
        let candidate = condition.pointee.texts[number]
        if candidate.count == text.count, let other = candidate.start, memcmp(start, other, text.count) == 0 {
          return true
        }
      }
      return false
    case .hasPrefix:
      let prefix = condition.pointee.texts[0]
      guard let text = text(of: value), let start = text.start, let other = prefix.start else { return false }
      return text.count >= prefix.count && memcmp(start, other, prefix.count) == 0
    }
  }

  /// A scalar as text; nil for objects, arrays, null and what is absent or unusable.
  @inline(__always)
  func text(of value: JSONValue) -> EventBytes? {
    switch value.kind {
    case JSONKind.string, JSONKind.number, JSONKind.timestamp:
      guard let data = value.data else { return nil }
      return EventBytes(start: UnsafeRawPointer(data), count: Int(value.length))
    case JSONKind.isTrue: return Self.trueText
    case JSONKind.isFalse: return Self.falseText
    default: return nil
    }
  }

  static let trueText = EventBytes(start: UnsafeRawPointer(("true" as StaticString).utf8Start), count: 4)
  static let falseText = EventBytes(start: UnsafeRawPointer(("false" as StaticString).utf8Start), count: 5)

  /// Members decide where they can; headers are looked up only when they cannot.
  @inline(__always)
  private func builtInFormat(_ marks: FormatMarks, _ headers: HeaderLookup) -> BuiltInFormat? {
    if isPresent(marks.specificationVersion) { return structured(marks) }
    if isPresent(marks.entity), isPresent(marks.data) || isPresent(marks.operation) { return .canonical }
    return formatByHeader(marks, headers)
  }

  @inline(never)
  private func formatByHeader(_ marks: FormatMarks, _ headers: HeaderLookup) -> BuiltInFormat? {
    if let type = headers("content-type"), Self.isStructured(type) { return structured(marks) }
    if headers("ce_specversion") != nil { return .binaryCloudEvent }
    return isPresent(marks.entity) ? .canonical : nil
  }

  private func structured(_ marks: FormatMarks) -> BuiltInFormat {
    let isCanonical =
      isPresent(marks.dataEntity) && (isPresent(marks.dataData) || isPresent(marks.dataOperation))
    return isCanonical ? .canonicalCloudEvent : .structuredCloudEvent
  }

  @inline(__always)
  private func isPresent(_ slot: Int) -> Bool { values[slot].kind != JSONKind.absent }

  /// Media types are compared without regard to case.
  private static func isStructured(_ type: UnsafeRawBufferPointer) -> Bool {
    let expected: StaticString = "application/cloudevents+json"
    guard type.count >= expected.utf8CodeUnitCount else { return false }
    for index in 0..<expected.utf8CodeUnitCount {
      var byte = type[index]
      if byte &- 65 < 26 { byte |= 0x20 }
      if byte != expected.utf8Start[index] { return false }
    }
    return true
  }
}
