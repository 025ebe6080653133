import Core

/// What made an event fail; turned into words only then.
struct EventFault {
  var reason = RejectReason.noMapping
  /// The rule whose value was unusable or missing.
  var rule: UnsafePointer<RuleProgram>?
  /// The member or field that the rule is for.
  var target = Target.data
  /// Position in the entity, for a field.
  var field = 0
  var entity = 0

  enum Target: UInt8 {
    case id, entity, type, op, entityId, occurredAt, version, actorId, data, field
  }
}
