internal import CRdKafka

/// A reusable list of record headers: fill it once, change what varies, produce many records with it.
public final class KafkaHeaders {
  /// Names and values are this object's own memory, which a new value reuses: setting one allocates nothing.
  private var entries: [crdkafka_header_t] = []
  /// By entry: the bytes that its value's memory has room for.
  private var capacities: [Int] = []

  /// An empty list of headers.
  public init() {}

  deinit { removeAll() }

  /// The number of headers.
  public var count: Int { entries.count }

  /// Sets a header, copying the bytes; a new one comes last.
  public func set(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
    precondition(name.hasPointerRepresentation, "A header name is a string literal of more than one scalar.")
    replace(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
  }

  /// Sets a header to the UTF-8 bytes of a text; a new one comes last.
  public func set(_ name: StaticString, _ value: String) {
    var value = value
    value.withUTF8 { set(name, UnsafeRawBufferPointer($0)) }
  }

  /// Sets a header, copying the bytes; a new one comes last.
  @_disfavoredOverload
  public func set(_ name: String, _ value: UnsafeRawBufferPointer) {
    var name = name
    name.withUTF8 { replace(UnsafeRawBufferPointer($0), value) }
  }

  /// Sets a header to the UTF-8 bytes of a text; a new one comes last.
  @_disfavoredOverload
  public func set(_ name: String, _ value: String) {
    var value = value
    value.withUTF8 { set(name, UnsafeRawBufferPointer($0)) }
  }

  /// Adds a header at the end, even if there is one of that name, copying the bytes; nil makes a null value.
  ///
  /// For the headers of another record, which may have several of one name.
  public func append(_ name: String, _ value: [UInt8]?) {
    var name = name
    let place = name.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    value?.withUnsafeBytes { fill(place, $0) }
  }

  /// Removes every header.
  public func removeAll() {
    for entry in entries {
      entry.name.deallocate()
      entry.value?.deallocate()
    }
    entries.removeAll(keepingCapacity: true)
    capacities.removeAll(keepingCapacity: true)
  }

  /// Calls the closure with all headers, in order; they are valid until the next change.
  func withEntries<Result>(_ body: (UnsafePointer<crdkafka_header_t>?, Int) -> Result) -> Result {
    entries.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
  }

  private func replace(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    // Of several of one name the last counts for readers.
    let found = entries.lastIndex { entry in
      entry.name_length == name.count
        && UnsafeRawBufferPointer(start: entry.name, count: name.count).elementsEqual(name)
    }
    fill(found ?? add(name), value)
  }

  private func fill(_ place: Int, _ value: UnsafeRawBufferPointer) {
    // Memory even for an empty value: a null pointer would make a null header of it.
    if entries[place].value == nil || capacities[place] < value.count {
      let capacity = max(1, value.count * 2)
      entries[place].value?.deallocate()
      entries[place].value = .allocate(byteCount: capacity, alignment: 1)
      capacities[place] = capacity
    }
    if let start = value.baseAddress {
      entries[place].value.copyMemory(from: start, byteCount: value.count)
    }
    entries[place].value_length = value.count
  }

  /// Adds a header whose value is null; returns its place.
  private func add(_ name: UnsafeRawBufferPointer) -> Int {
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: name.count + 1)
    for (index, byte) in name.enumerated() { copy[index] = CChar(bitPattern: byte) }
    copy[name.count] = 0
    entries.append(crdkafka_header_t(name: copy, name_length: name.count, value: nil, value_length: 0))
    capacities.append(0)
    return entries.count - 1
  }
}
