import CSimdjson

/// Spreads events without a record key over partitions: by `entityId`, else by `id`, else by all their bytes.
public final class PartitionKey {
  private let plan: OpaquePointer?
  private let parser: OpaquePointer?
  private let values: UnsafeMutablePointer<nadi_json_value>

  private static let pointers = ["/entityId", "/id"]

  public init(maximumBytes: Int) {
    plan = Self.pointers[0].withCString { first in
      Self.pointers[1].withCString { second in nadi_json_plan_create([first, second], 2) }
    }
    parser = nadi_json_parser_create(maximumBytes, 64)
    values = .allocate(capacity: 2)
    values.initialize(repeating: nadi_json_value(), count: 2)
  }

  deinit {
    nadi_json_plan_destroy(plan)
    nadi_json_parser_destroy(parser)
    values.deallocate()
  }

  /// The partition, from 0, of one event's bytes.
  public func partition(of bytes: UnsafeRawBufferPointer, count: Int) -> Int {
    var objects = 0
    let code = nadi_json_begin(
      parser, plan, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, values, &objects)
    if code == NADI_JSON_OK.rawValue, objects > 0 {
      for slot in 0..<2 where values[slot].kind == NADI_JSON_STRING.rawValue {
        let text = UnsafeRawBufferPointer(start: values[slot].data, count: Int(values[slot].length))
        return Int(Self.hash(text) % UInt64(count))
      }
    }
    return Int(Self.hash(bytes) % UInt64(count))
  }

  /// FNV-1a, which needs no tables and is the same everywhere.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return value ^ value >> 32
  }
}
