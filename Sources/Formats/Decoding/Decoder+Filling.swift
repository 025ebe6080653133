import Core

/// From slots to an event.
extension Decoder {
  /// Fills an event, or notes the fault and returns false.
  @inline(__always)
  func fill(
    _ event: inout DecodedEvent, _ program: UnsafePointer<EventProgram>, _ record: RecordInput,
    _ headers: HeaderLookup
  ) -> Bool {
    scratchUsed.pointee = 0
    guard let entities = program.pointee.entities else { return false }
    if program.pointee.entity >= 0 {
      event.entity = program.pointee.entity
    } else {
      guard readKind(&event, program, record, headers) else { return false }
    }
    if let rule = program.pointee.operation {
      guard readOperation(&event, rule, record, headers) else { return false }
    }
    let entity = entities + event.entity
    if let rule = program.pointee.id {
      guard readText(rule, .id, &event.id, record, headers) else { return false }
    }
    if let rule = entity.pointee.entityId {
      guard readText(rule, .entityId, &event.entityId, record, headers) else { return false }
    }
    if let rule = program.pointee.actorId {
      guard readText(rule, .actorId, &event.actorId, record, headers) else { return false }
    }
    guard readTime(&event, program, record, headers) else { return false }
    if program.pointee.dataSlot >= 0 {
      let kind = values[program.pointee.dataSlot].kind
      guard kind == JSONKind.object || isWithoutData(kind, event.operation) else { return false }
    }
    event.fields = UnsafePointer(entity.pointee.buffer)
    return readFields(event.entity, entity, record, headers)
  }

  @inline(__always)
  private func readFields(
    _ number: Int, _ entity: UnsafePointer<EntityProgram>, _ record: RecordInput, _ headers: HeaderLookup
  ) -> Bool {
    let buffer = entity.pointee.buffer
    let fields = entity.pointee.fields
    for index in 0..<entity.pointee.fieldCount {
      let rule = fields[index].rule
      let target = buffer + Int(fields[index].field)
      let slot = Int(fields[index].slot)
      let value = slot >= 0 ? values[slot] : resolve(rule, record, headers)
      if value.kind == JSONKind.absent {
        target.pointee.kind = .absent
        continue
      }
      if let reason = convert(value, rule, into: target) {
        fault = EventFault(
          reason: reason, rule: rule, target: .field, field: Int(fields[index].field), entity: number)
        return false
      }
    }
    return true
  }

  /// Entity, and for CloudEvents also the operation, when they are not constant.
  private func readKind(
    _ event: inout DecodedEvent, _ program: UnsafePointer<EventProgram>, _ record: RecordInput,
    _ headers: HeaderLookup
  ) -> Bool {
    if let rule = program.pointee.typeRule {
      var type = EventBytes.none
      guard readText(rule, .type, &type, record, headers) else { return false }
      guard let start = type.start else { return fail(.missingField, rule, .type) }
      guard let kind = typeReader.read(start, type.count) else { return fail(.unknownEntity, rule, .type) }
      event.entity = kind.entity
      event.operation = kind.operation
      return true
    }
    guard let rule = program.pointee.entityRule else { return false }
    var name = EventBytes.none
    guard readText(rule, .entity, &name, record, headers) else { return false }
    guard let start = name.start else { return fail(.missingField, rule, .entity) }
    event.entity = entityNames.find(start, name.count)
    return event.entity >= 0 || fail(.unknownEntity, rule, .entity)
  }

  @inline(__always)
  private func readOperation(
    _ event: inout DecodedEvent, _ rule: UnsafePointer<RuleProgram>, _ record: RecordInput,
    _ headers: HeaderLookup
  ) -> Bool {
    var name = EventBytes.none
    guard readText(rule, .op, &name, record, headers) else { return false }
    guard let start = name.start else { return true }
    let number = operationNames.find(start, name.count)
    guard number >= 0, let operation = Operation(rawValue: UInt8(number)) else {
      return fail(.unknownOperation, rule, .op)
    }
    event.operation = operation
    return true
  }

  /// Null and empty text are absent: an envelope member cannot be cleared.
  @inline(__always)
  private func readText(
    _ rule: UnsafePointer<RuleProgram>, _ target: EventFault.Target, _ text: inout EventBytes,
    _ record: RecordInput, _ headers: HeaderLookup
  ) -> Bool {
    let value = value(of: rule, record, headers)
    if Self.isNothing(value) { return true }
    var field = EventField(kind: .absent)
    if let reason = convert(value, rule, into: &field) { return fail(reason, rule, target) }
    text = field.text
    return true
  }

  @inline(__always)
  private func readTime(
    _ event: inout DecodedEvent, _ program: UnsafePointer<EventProgram>, _ record: RecordInput,
    _ headers: HeaderLookup
  ) -> Bool {
    guard let rule = program.pointee.occurredAt else { return false }
    let value = value(of: rule, record, headers)
    if Self.isNothing(value) { return fail(.missingField, rule, .occurredAt) }
    var field = EventField(kind: .absent)
    if let reason = convert(value, rule, into: &field) { return fail(reason, rule, .occurredAt) }
    event.occurredAt = field.number
    event.order = field.number
    guard let version = program.pointee.version else { return true }
    return readVersion(&event, version, record, headers)
  }

  @inline(__always)
  private func readVersion(
    _ event: inout DecodedEvent, _ rule: UnsafePointer<RuleProgram>, _ record: RecordInput,
    _ headers: HeaderLookup
  ) -> Bool {
    let value = value(of: rule, record, headers)
    if Self.isNothing(value) { return true }
    switch wholeNumber(value) {
    case .success(let number):
      event.order = number
      return true
    case .failure(let fault):
      return fail(fault.reason, rule, .version)
    }
  }

  /// Whether an event may do without data; notes the fault if not.
  @inline(never)
  private func isWithoutData(_ kind: UInt8, _ operation: Operation) -> Bool {
    guard kind == JSONKind.absent || kind == JSONKind.null else { return fail(.wrongType, nil, .data) }
    switch operation {
    case .upsert, .snapshot: return fail(.missingField, nil, .data)
    case .delete, .restore, .merge, .refetch: return true
    }
  }

  @inline(never)
  private func fail(
    _ reason: RejectReason, _ rule: UnsafePointer<RuleProgram>?, _ target: EventFault.Target
  ) -> Bool {
    fault = EventFault(reason: reason, rule: rule, target: target)
    return false
  }
}
