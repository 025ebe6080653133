import CSimdjson
import Core

/// Turns records into typed events, by mappings and built-in formats; for one thread at a time.
///
/// What a topic needs is compiled once into plans of members to extract, so that decoding an event allocates
/// nothing.
public final class Decoder {
  /// Looks up the last header of a name; nil when the record has none.
  public typealias HeaderLookup = (String) -> UnsafeRawBufferPointer?

  /// The longest text of an id or a field, in bytes.
  public static let maximumTextBytes = 256

  let catalogue: Catalogue
  let zone: Zone
  let headerNames: [String]
  let headerTexts: UnsafePointer<EventBytes>
  let constants: UnsafePointer<EventBytes>
  let topics: UnsafeMutablePointer<TopicProgram>
  let values: UnsafeMutablePointer<JSONValue>
  let entityNames: TextMap
  let operationNames: TextMap
  let typeReader: EventTypeReader
  /// Room for texts that are put together from parts; its head is how much of it the event has used.
  let scratch: UnsafeMutablePointer<UInt8>
  let scratchUsed: UnsafeMutablePointer<Int>
  /// The pointers of each layout, for messages: by topic and layout.
  let pointers: [[[String]]]
  /// Written only when an event fails.
  var fault = EventFault()
  private let topicCount: Int
  private let parser: OpaquePointer
  private let plans: [OpaquePointer]
  private let maximumBytes: Int
  private let maximumKeyBytes: Int
  private let maximumDepth: Int
  private let memory: PlanMemory

  static let scratchBytes = 16_384

  /// Compiles the mappings of some topics for a catalogue.
  ///
  /// - Parameters:
  ///   - topics: names of input topics; a record names its topic by position.
  ///   - maximumBytes: the longest record, at most 1 GiB.
  ///   - maximumKeyBytes: the longest key of a record.
  ///   - maximumDepth: how many JSON containers may be open at once.
  /// - Throws: `FormatFault` naming the mapping and what does not fit.
  public init(
    catalogue: Catalogue, mappings: [MappingDefinition], topics: [String], maximumBytes: Int,
    maximumKeyBytes: Int, maximumDepth: Int
  ) throws(FormatFault) {
    let memory = PlanMemory()
    let names = NameTable()
    var compiler = TopicCompiler(catalogue: catalogue, memory: memory, names: names)
    do {
      for topic in topics {
        try compiler.compile(topic: topic, mappings.filter { $0.topics.isEmpty || $0.topics.contains(topic) })
      }
    } catch {
      for plan in compiler.plans { nadi_json_plan_destroy(plan) }
      throw error
    }
    guard let parser = nadi_json_parser_create(maximumBytes, UInt32(clamping: maximumDepth)) else {
      for plan in compiler.plans { nadi_json_plan_destroy(plan) }
      throw FormatFault("records of \(maximumBytes) bytes and depth \(maximumDepth) are beyond what fits")
    }
    self.catalogue = catalogue
    zone = catalogue.definition.zone
    headerNames = names.headers
    headerTexts = UnsafePointer(memory.table(names.headers.map(memory.text)))
    constants = UnsafePointer(memory.table(names.constants.map(memory.text)))
    self.topics = memory.table(compiler.topics)
    topicCount = topics.count
    let slots = compiler.pointers.flatMap { $0 }.map(\.count).max() ?? 0
    values = memory.table(Array(repeating: JSONValue.absent, count: slots))
    entityNames = TextMap(
      Dictionary(uniqueKeysWithValues: catalogue.inputEntities.map { (catalogue.entities[$0].name, $0) }),
      memory: memory)
    operationNames = TextMap(
      Dictionary(uniqueKeysWithValues: Operation.allCases.map { ("\($0)", Int($0.rawValue)) }), memory: memory
    )
    typeReader = EventTypeReader(catalogue: catalogue, memory: memory)
    scratch = memory.table(Array(repeating: 0, count: Self.scratchBytes))
    scratchUsed = memory.single(0)
    pointers = compiler.pointers
    self.parser = parser
    plans = compiler.plans
    self.maximumBytes = maximumBytes
    self.maximumKeyBytes = maximumKeyBytes
    self.maximumDepth = maximumDepth
    self.memory = memory
  }

  deinit {
    for plan in plans { nadi_json_plan_destroy(plan) }
    nadi_json_parser_destroy(parser)
  }

  /// Decodes the events of one record, in their order.
  ///
  /// - Parameters:
  ///   - headers: called only where the record's headers matter; its bytes must live until this call returns.
  ///   - accept: called for each event; the event is valid only inside the call.
  ///   - reject: called for each event that cannot be decoded, or once for a record that is no JSON.
  /// - Returns: how many times `accept` and `reject` were called: 0 for a tombstone and for an empty array.
  public func decode(
    _ record: RecordInput, headers: HeaderLookup, accept: (DecodedEvent) -> Void,
    reject: (DecodeFault) -> Void
  ) -> Int {
    guard !record.isTombstone else { return 0 }
    precondition(
      record.topic >= 0 && record.topic < topicCount, "a record's topic must be one of the decoder's")
    guard record.key.count <= maximumKeyBytes else {
      reject(longKey(record))
      return 1
    }
    let topic = topics + record.topic
    let current = topic.pointee.current
    var layout = topic.pointee.layouts + current
    var count = 0
    let code = begin(record, layout, &count)
    guard code == NADI_JSON_OK.rawValue else {
      reject(recordFault(code, record))
      return 1
    }
    guard count > 0 else { return 0 }
    var program = select(layout, record, headers)
    if program != topic.pointee.lastProgram {
      program = settle(program, topic, &layout, record, headers)
    }
    emit(layout, program, record, headers, accept, reject)
    guard count > 1 else { return 1 }
    for index in 1..<count {
      _ = nadi_json_next(parser, layout.pointee.plan, values)
      program = select(layout, record, headers)
      if isBeyond(layout, program) {
        layout = topic.pointee.layouts
        restart(record, layout, at: index)
        program = select(layout, record, headers)
      }
      emit(layout, program, record, headers, accept, reject)
    }
    return count
  }

  /// The program of a record that differs from the one before; makes its layout the one to begin with.
  @inline(never)
  private func settle(
    _ selected: Int, _ topic: UnsafeMutablePointer<TopicProgram>,
    _ layout: inout UnsafePointer<LayoutProgram>,
    _ record: RecordInput, _ headers: HeaderLookup
  ) -> Int {
    var program = selected
    if isBeyond(layout, program) {
      var count = 0
      layout = topic.pointee.layouts
      _ = begin(record, layout, &count)
      program = select(layout, record, headers)
    }
    if program >= 0 {
      topic.pointee.current = topic.pointee.layoutOfProgram[program]
      topic.pointee.lastProgram = program
    }
    return program
  }

  /// Whether a layout cannot run the program that it selected, or could not select any.
  @inline(__always)
  private func isBeyond(_ layout: UnsafePointer<LayoutProgram>, _ program: Int) -> Bool {
    program >= 0 ? !layout.pointee.programs[program].isComplete : !layout.pointee.marks.arePresent
  }

  @inline(__always)
  private func begin(_ record: RecordInput, _ layout: UnsafePointer<LayoutProgram>, _ count: inout Int)
    -> UInt32
  {
    UInt32(
      bitPattern: nadi_json_begin(
        parser, layout.pointee.plan, record.value.baseAddress?.assumingMemoryBound(to: CChar.self),
        record.value.count, values, &count))
  }

  /// Begins again with another layout, at an element of the array.
  @inline(never)
  private func restart(_ record: RecordInput, _ layout: UnsafePointer<LayoutProgram>, at index: Int) {
    var count = 0
    _ = begin(record, layout, &count)
    for _ in 0..<index { _ = nadi_json_next(parser, layout.pointee.plan, values) }
  }

  @inline(__always)
  private func emit(
    _ layout: UnsafePointer<LayoutProgram>, _ program: Int, _ record: RecordInput, _ headers: HeaderLookup,
    _ accept: (DecodedEvent) -> Void, _ reject: (DecodeFault) -> Void
  ) {
    guard program >= 0 else { return reject(noMapping(record)) }
    var event = DecodedEvent(fields: UnsafePointer(layout.pointee.unusedFields))
    if fill(&event, layout.pointee.programs + program, record, headers) {
      accept(event)
    } else {
      reject(describe(layout, record, headers))
    }
  }

  @inline(never)
  private func longKey(_ record: RecordInput) -> DecodeFault {
    DecodeFault(
      .keyTooLong, "the record's key has \(record.key.count) bytes, at most \(maximumKeyBytes) are taken")
  }

  @inline(never)
  private func recordFault(_ code: UInt32, _ record: RecordInput) -> DecodeFault {
    let text = String(cString: nadi_json_error_text(Int32(bitPattern: code)))
    switch code {
    case NADI_JSON_INVALID_UTF8.rawValue: return DecodeFault(.invalidUTF8, text)
    case NADI_JSON_TOO_DEEP.rawValue:
      return DecodeFault(.tooDeep, "\(text); at most \(maximumDepth) may be open at once")
    case NADI_JSON_TOO_LARGE.rawValue:
      return DecodeFault(.tooLarge, "\(text): \(record.value.count) bytes, at most \(maximumBytes) are taken")
    case NADI_JSON_NOT_OBJECT.rawValue: return DecodeFault(.notAnObject, text)
    default: return DecodeFault(.notJSON, text)
    }
  }
}
