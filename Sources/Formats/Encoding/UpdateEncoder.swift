import Core

/// Writes updates as records: key, JSON value, and the id of the CloudEvent; for one thread at a time.
///
/// The buffers are reused: what `key`, `value`, `identifier` and `time` give is valid until the next
/// `encode`.
public final class UpdateEncoder {
  /// The CloudEvents source, such as `/nadi/sales`.
  public let source: String

  private let fragments: UpdateFragments
  private let windows: WindowFragments
  private let memory: PlanMemory
  private var valueBuffer: UnsafeMutablePointer<UInt8>
  private var keyBuffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var valueCount = 0
  private var keyCount = 0
  private var identifierCount = 0
  /// The scope's ids within the key.
  private var idsStart = 0
  private var idsCount = 0
  private let timeBuffer: UnsafeMutablePointer<UInt8>
  private var timeCount = 0
  private var lastAsOf = Int64.min

  public init(catalogue: Catalogue, source: String) {
    self.source = source
    memory = PlanMemory()
    fragments = UpdateFragments(catalogue: catalogue, memory: memory)
    windows = WindowFragments(catalogue: catalogue, memory: memory)
    capacity = 4_096
    valueBuffer = .allocate(capacity: capacity)
    keyBuffer = .allocate(capacity: capacity)
    timeBuffer = memory.table(Array(repeating: 0, count: RFC3339.capacity))
  }

  deinit {
    valueBuffer.deallocate()
    keyBuffer.deallocate()
  }

  /// `metric|scope|scopeId|grain|windowStart`, and `|currency` for metrics of money.
  public var key: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: keyBuffer, count: keyCount) }
  /// One JSON object, as `update.schema.json` describes it; of a tombstone, which has no value on the topic, a line with
  /// its key.
  public var value: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: valueBuffer, count: valueCount) }
  /// The key, `#` and the revision: unique to this update.
  public var identifier: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: keyBuffer, count: identifierCount)
  }
  /// `asOf` as RFC 3339 in UTC.
  public var time: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: timeBuffer, count: timeCount) }

  /// Fills the buffers from an update, whose texts are only read during the call.
  public func encode(_ update: Update) {
    reserve(update)
    let metric = fragments.metrics + update.metric
    let scope = fragments.scopes + update.scope
    let window = windows.fragment(window: update.window, start: update.start, end: update.end)
    writeTime(update.asOf)
    writeKey(update, metric, scope, window)
    var writer = ByteWriter(valueBuffer)
    if update.isTombstone {
      writer.write("{\"key\":")
      writer.write(quoted: EventBytes(start: UnsafeRawPointer(keyBuffer), count: keyCount))
      writer.write(",\"value\":null}")
      valueCount = writer.count
      return
    }
    writer.write(metric.pointee.head)
    if metric.pointee.hasCurrency, !update.currency.isAbsent {
      writer.write(quoted: update.currency)
    } else {
      writer.write("null")
    }
    writeScope(update, scope, &writer)
    writer.write(window.pointee.head)
    writer.write(Self.stateText(update.state))
    writeNumbers(update, metric, &writer)
    writer.write(",\"revision\":")
    writer.write(update.revision)
    writer.write(",\"asOf\":\"")
    writer.write(EventBytes(start: timeBuffer, count: timeCount))
    writer.write("\",\"completeSince\":")
    if update.completeSince == .min {
      writer.write("null")
    } else {
      writer.write(byte: UInt8(ascii: "\""))
      writer.advance(by: RFC3339.writeUTC(update.completeSince, into: writer.cursor))
      writer.write(byte: UInt8(ascii: "\""))
    }
    writer.write(",\"prior\":{\"value\":")
    writer.write(update.priorValue, isMoney: metric.pointee.isMoney)
    writer.write(",\"sameElapsed\":")
    writer.write(update.priorSameElapsed, isMoney: metric.pointee.isMoney)
    writer.write("},\"target\":null,\"rank\":null,\"benchmark\":null}")
    valueCount = writer.count
  }

  /// Makes room for the longest that this update may become.
  @inline(__always)
  private func reserve(_ update: Update) {
    // Both ids appear twice in the value, the parent's once; a byte may take six.
    let ids = update.firstId.count + update.secondId.count + update.parentId.count + update.currency.count
    let needed = Self.fixedBytes + 2 * (fragments.longest + windows.longest) + 18 * ids
    if needed > capacity { grow(to: needed) }
  }

  /// Room for the member names and all numbers.
  private static let fixedBytes = 512 + 12 * ByteWriter.numberCapacity

  @inline(never)
  private func grow(to needed: Int) {
    capacity = max(needed, capacity * 2)
    valueBuffer.deallocate()
    keyBuffer.deallocate()
    valueBuffer = .allocate(capacity: capacity)
    keyBuffer = .allocate(capacity: capacity)
  }

  @inline(__always)
  private func writeTime(_ asOf: Int64) {
    guard asOf != lastAsOf || timeCount == 0 else { return }
    lastAsOf = asOf
    timeCount = RFC3339.writeUTC(asOf, into: timeBuffer)
  }

  @inline(__always)
  private func writeKey(
    _ update: Update, _ metric: UnsafePointer<UpdateFragments.Metric>,
    _ scope: UnsafePointer<UpdateFragments.Scope>, _ window: UnsafePointer<WindowFragments.Fragment>
  ) {
    var writer = ByteWriter(keyBuffer)
    writer.write(metric.pointee.key)
    writer.write(scope.pointee.key)
    idsStart = writer.count
    if scope.pointee.dimensionCount == 0 {
      writer.write("company")
    } else {
      writer.write(keyPart: update.firstId)
      if scope.pointee.dimensionCount > 1 {
        writer.write(byte: UInt8(ascii: "/"))
        writer.write(keyPart: update.secondId)
      }
    }
    idsCount = writer.count - idsStart
    writer.write(byte: UInt8(ascii: "|"))
    writer.write(window.pointee.key)
    if metric.pointee.hasCurrency {
      writer.write(byte: UInt8(ascii: "|"))
      writer.write(keyPart: update.currency)
    }
    keyCount = writer.count
    writer.write(byte: UInt8(ascii: "#"))
    writer.write(update.revision)
    identifierCount = writer.count
  }

  @inline(__always)
  private func writeScope(
    _ update: Update, _ scope: UnsafePointer<UpdateFragments.Scope>, _ writer: inout ByteWriter
  ) {
    writer.write(scope.pointee.head)
    switch scope.pointee.dimensionCount {
    case 0:
      writer.write("\"company\"")
      writer.write(scope.pointee.firstDimension)
    case 1:
      writer.write(quoted: update.firstId)
      writer.write(scope.pointee.firstDimension)
      writer.write(quoted: update.firstId)
    default:
      // Two ids as in the key, so that they can be told apart again.
      writer.write(quoted: EventBytes(start: UnsafeRawPointer(keyBuffer + idsStart), count: idsCount))
      writer.write(scope.pointee.firstDimension)
      writer.write(quoted: update.firstId)
      writer.write(scope.pointee.secondDimension)
      writer.write(quoted: update.secondId)
    }
    guard update.parentScope >= 0 else { return writer.write("},\"parent\":null") }
    let parent = fragments.scopes + update.parentScope
    writer.write("},\"parent\":{\"scope\":")
    writer.write(parent.pointee.parent)
    if parent.pointee.dimensionCount == 0 {
      writer.write("\"company\"")
    } else if update.parentId.isAbsent {
      writer.write("null")
    } else {
      writer.write(quoted: update.parentId)
    }
    writer.write(byte: UInt8(ascii: "}"))
  }

  @inline(__always)
  private func writeNumbers(
    _ update: Update, _ metric: UnsafePointer<UpdateFragments.Metric>, _ writer: inout ByteWriter
  ) {
    let isMoney = metric.pointee.isMoney
    writer.write("\"},\"value\":")
    writer.write(update.value, isMoney: isMoney)
    writer.write(",\"previousValue\":")
    writer.write(update.previousValue, isMoney: isMoney)
    writer.write(",\"delta\":")
    writer.write(Self.delta(update), isMoney: isMoney)
    if !metric.pointee.hasParts || update.numerator.isNull || update.denominator.isNull {
      writer.write(",\"parts\":null")
    } else {
      writer.write(",\"parts\":{\"num\":")
      writer.write(update.numerator, isMoney: isMoney)
      writer.write(",\"den\":")
      writer.write(update.denominator, isMoney: isMoney)
      writer.write(byte: UInt8(ascii: "}"))
    }
    writer.write(",\"n\":")
    writer.write(metric.pointee.hasSample ? update.sample : .null, isMoney: false)
    let isSufficient = update.isSufficient || !metric.pointee.hasSample
    writer.write(isSufficient ? ",\"sufficient\":true" : ",\"sufficient\":false")
    writer.write(update.isSuppressed ? ",\"suppressed\":true" : ",\"suppressed\":false")
    if update.lateCount > 0 {
      writer.write(",\"late\":")
      writer.write(UInt64(update.lateCount))
    }
  }

  @inline(__always)
  private static func delta(_ update: Update) -> PublishedNumber {
    guard !update.value.isNull, !update.previousValue.isNull else { return .null }
    let (difference, overflows) = update.value.millionths.subtractingReportingOverflow(
      update.previousValue.millionths)
    return overflows ? .null : PublishedNumber(millionths: difference)
  }

  @inline(__always)
  private static func stateText(_ state: WindowState) -> StaticString {
    switch state {
    case .open: "open"
    case .closed: "closed"
    case .final: "final"
    }
  }
}
