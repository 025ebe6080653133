import Core

/// Where a value comes from, by position.
struct SourceProgram: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// A slot of the parser's values.
    case slot
    /// The text of a slot after its last `/`.
    case slotTail
    case header
    /// The text of a header after its last `/`.
    case headerTail
    case recordKey
    case recordTimestamp
    case topic
    case constant
  }

  var kind: Kind
  /// Of a slot, a header name or a constant.
  var index: Int32
}

/// How one target gets its value; the compiled form of `MappingRule`.
struct RuleProgram: BitwiseCopyable {
  /// The slot, when the value is just that of one pointer; else -1.
  var slot: Int32
  var sourceCount: Int32
  var sources: UnsafePointer<SourceProgram>
  /// The joining text, with a nil start for none.
  var separator: EventBytes
  var lookup: UnsafePointer<TextMap>?
  /// Values of the lookup.
  var lookupTexts: UnsafePointer<EventBytes>?
  var lookupDefault: EventBytes
  /// Tried when this rule gives nothing.
  var alternative: UnsafePointer<RuleProgram>?
  var reading: Reading
  var isNullAbsent: Bool
}

/// How text or a number becomes a typed value: a conversion settled for the type of its target.
enum Reading: UInt8, BitwiseCopyable {
  case text
  case decimal, micros, cents, thousandths, minutes
  case time, date, epochMillis, epochSeconds
  case boolean, looseBoolean

  /// The reading of a conversion for a target of a type; nil when they do not go together.
  init?(_ conversion: MappingConversion, for type: FieldType) {
    switch (type, conversion) {
    case (.string, .automatic), (.string, .string): self = .text
    case (.decimal, .automatic), (.decimal, .decimal): self = .decimal
    case (.decimal, .micros): self = .micros
    case (.decimal, .cents): self = .cents
    case (.decimal, .millisecondsToSeconds): self = .thousandths
    case (.decimal, .minutesToSeconds): self = .minutes
    case (.time, .automatic), (.time, .time): self = .time
    case (.time, .date): self = .date
    case (.time, .epochMillis): self = .epochMillis
    case (.time, .epochSeconds): self = .epochSeconds
    case (.boolean, .automatic): self = .boolean
    case (.boolean, .boolean): self = .looseBoolean
    default: return nil
    }
  }

  /// What a value must be, as messages say it.
  var expectation: String {
    switch self {
    case .text: "text"
    case .decimal: "a decimal"
    case .micros: "a whole number of millionths"
    case .cents: "a number of hundredths"
    case .thousandths: "a number of milliseconds"
    case .minutes: "a number of minutes"
    case .time: "a time (RFC 3339)"
    case .date: "a date (YYYY-MM-DD)"
    case .epochMillis: "milliseconds since 1970"
    case .epochSeconds: "seconds since 1970"
    case .boolean: "true or false"
    case .looseBoolean: "true or false, 1 or 0, yes or no"
    }
  }
}
