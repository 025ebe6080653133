internal import CSimdjson
import Foundation

/// Reads the five members that the limit needs.
final class LimitDecoder {
  /// Where the members lie, valid until the next `decode`.
  struct Fields {
    var kind: UnsafeRawBufferPointer
    var time: UnsafeRawBufferPointer
    var rep: UnsafeRawBufferPointer
    var amount: Double
    var isWon: Bool
  }

  private static let pointers = ["/type", "/time", "/rep", "/data/amount", "/data/outcome"]
  private static let bytesMax = 1 << 20
  private static let depthMax: UInt32 = 32

  private let plan: OpaquePointer
  private let parser: OpaquePointer
  private let values: UnsafeMutablePointer<nadi_json_value>

  init() {
    let names = Self.pointers.map { strdup($0) }
    defer { for name in names { free(name) } }
    var pointers = names.map { UnsafePointer($0) }
    guard let plan = nadi_json_plan_create(&pointers, pointers.count),
      let parser = nadi_json_parser_create(Self.bytesMax, Self.depthMax)
    else { preconditionFailure("The pointers are well formed and there is memory.") }
    self.plan = plan
    self.parser = parser
    values = .allocate(capacity: pointers.count)
  }

  deinit {
    nadi_json_plan_destroy(plan)
    nadi_json_parser_destroy(parser)
    values.deallocate()
  }

  /// The members of a record; nil when it is no JSON object.
  @inline(__always)
  func decode(_ record: UnsafeRawBufferPointer) -> Fields? {
    var count = 0
    let data = record.baseAddress?.assumingMemoryBound(to: CChar.self)
    guard nadi_json_begin(parser, plan, data, record.count, values, &count) == 0, count > 0 else {
      return nil
    }
    return Fields(
      kind: text(0), time: text(1), rep: text(2), amount: number(3), isWon: text(4).elementsEqual("won".utf8))
  }

  @inline(__always)
  private func text(_ slot: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: values[slot].data, count: Int(values[slot].length))
  }

  /// A number of up to 15 digits, as fast as it can be had.
  @inline(__always)
  private func number(_ slot: Int) -> Double {
    var mantissa: Int64 = 0
    var scale = 1.0
    var isFraction = false
    for byte in text(slot) {
      if byte == UInt8(ascii: ".") {
        isFraction = true
      } else {
        mantissa = mantissa &* 10 &+ Int64(byte &- 48)
        if isFraction { scale *= 10 }
      }
    }
    return Double(mantissa) / scale
  }
}
