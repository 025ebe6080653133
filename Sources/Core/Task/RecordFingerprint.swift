/// Tells one record from another at the same offset, cheaply: 64 bits of hash over key and value.
///
/// The timestamp is left out, for a topic that was copied back may have other ones.
public enum RecordFingerprint {
  /// What is remembered when no record is known.
  public static let none: UInt64 = 0

  /// Never `none`; an absent key or value counts as an empty one.
  public static func of(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> UInt64 {
    let hash = value.withMemoryRebound(to: UInt8.self) { value in
      Hashing.hash(value, seed: key.withMemoryRebound(to: UInt8.self) { Hashing.hash($0) })
    }
    return hash == none ? 1 : hash
  }
}
