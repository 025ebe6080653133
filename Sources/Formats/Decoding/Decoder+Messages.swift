import Core

/// Faults in words; only called when an event fails.
extension Decoder {
  @inline(never)
  func noMapping(_ record: RecordInput) -> DecodeFault {
    DecodeFault(
      .noMapping,
      "no mapping of the topic applies, and it is no CloudEvent and no canonical event, which has /entity")
  }

  /// The fault of the event that `fill` just gave up on.
  @inline(never)
  func describe(
    _ layout: UnsafePointer<LayoutProgram>, _ record: RecordInput, _ headers: HeaderLookup
  ) -> DecodeFault {
    let fault = fault
    let pointers = slotPointers(layout, record)
    let target = targetName(fault)
    guard let rule = fault.rule else {
      let found = fault.reason == .missingField ? "is missing" : "expected an object"
      return DecodeFault(fault.reason, "/data: \(found)")
    }
    if fault.reason == .missingField {
      return DecodeFault(fault.reason, "\(target) is missing: nothing in \(places(rule, pointers))")
    }
    let value = value(of: rule, record, headers)
    let place = origin(rule, pointers, record, headers)
    let found = preview(value)
    return DecodeFault(fault.reason, "\(place): \(complaint(fault, rule, target: target, found: found))")
  }

  private func complaint(
    _ fault: EventFault, _ rule: UnsafePointer<RuleProgram>, target: String, found: String
  ) -> String {
    let expected = fault.target == .version ? "a whole number" : rule.pointee.reading.expectation
    switch fault.reason {
    case .unknownEntity where fault.target == .type: return "no part of \(found) names an entity"
    case .unknownEntity:
      let names = catalogue.inputEntities.map { catalogue.entities[$0].name }.joined(separator: ", ")
      return "\(found) is no entity; entities are \(names)"
    case .unknownOperation:
      let names = Operation.allCases.map { "\($0)" }.joined(separator: ", ")
      return "\(found) is no operation; operations are \(names)"
    case .impossibleTime: return "\(found) is no possible time for \(target), which is from 1970 to 2200"
    case .numberOutOfRange: return "\(found) is out of range for \(target)"
    case .tooManyDecimals: return "\(found) has more decimals than \(target) keeps; expected \(expected)"
    case .keyTooLong:
      return "the text for \(target) is longer than \(Self.maximumTextBytes) bytes: \(found)"
    case .invalidUTF8: return "the bytes for \(target) are not valid UTF-8"
    default: return "expected \(expected), found \(found)"
    }
  }

  private func targetName(_ fault: EventFault) -> String {
    guard fault.target == .field else { return "\(fault.target)" }
    return "data." + catalogue.entities[fault.entity].fields[fault.field].name
  }

  private func slotPointers(_ layout: UnsafePointer<LayoutProgram>, _ record: RecordInput) -> [String] {
    pointers[record.topic][layout - topics[record.topic].layouts]
  }

  /// All places that a rule looks into, each once.
  private func places(_ rule: UnsafePointer<RuleProgram>, _ pointers: [String]) -> String {
    var names: [String] = []
    var next: UnsafePointer<RuleProgram>? = rule
    while let rule = next {
      for index in 0..<Int(rule.pointee.sourceCount) {
        let name = name(rule.pointee.sources[index], pointers)
        if !names.contains(name) { names.append(name) }
      }
      next = rule.pointee.alternative
    }
    return names.joined(separator: ", ")
  }

  /// The place that gave the value, or all when they were joined.
  private func origin(
    _ rule: UnsafePointer<RuleProgram>, _ pointers: [String], _ record: RecordInput, _ headers: HeaderLookup
  ) -> String {
    guard rule.pointee.separator.isAbsent else { return places(rule, pointers) }
    for index in 0..<Int(rule.pointee.sourceCount) {
      let source = rule.pointee.sources[index]
      if !Self.isNothing(read(source, record, headers)) { return name(source, pointers) }
    }
    if let alternative = rule.pointee.alternative { return origin(alternative, pointers, record, headers) }
    return places(rule, pointers)
  }

  private func name(_ source: SourceProgram, _ pointers: [String]) -> String {
    switch source.kind {
    case .slot, .slotTail:
      let pointer = pointers[Int(source.index)]
      return pointer.isEmpty ? "the event" : pointer
    case .header, .headerTail: return "header \(headerNames[Int(source.index)])"
    case .recordKey: return "the record's key"
    case .recordTimestamp: return "the record's timestamp"
    case .topic: return "the topic's name"
    case .constant: return "a constant"
    }
  }

  private func preview(_ value: JSONValue) -> String {
    switch value.kind {
    case JSONKind.absent: return "nothing"
    case JSONKind.null: return "null"
    case JSONKind.object: return "an object"
    case JSONKind.array: return "an array"
    case JSONKind.invalid: return "invalid UTF-8"
    case JSONKind.overlong: return "more than \(Self.scratchBytes) bytes"
    default: break
    }
    guard let text = text(of: value) else { return "nothing" }
    let bytes = UnsafeRawBufferPointer(start: text.start, count: min(text.count, Self.previewBytes))
    let isCut = text.count > Self.previewBytes
    // Cutting may split a character; its half shows as U+FFFD and is dropped.
    var shown = String(decoding: bytes, as: UTF8.self)
    if isCut {
      while shown.unicodeScalars.last == "\u{FFFD}" { shown.unicodeScalars.removeLast() }
      shown += "…"
    }
    return value.kind == JSONKind.string ? "\"\(shown)\"" : shown
  }

  private static let previewBytes = 60
}
