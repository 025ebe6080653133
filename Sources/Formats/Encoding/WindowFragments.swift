import Core

/// The parts of updates that depend only on the window, for the windows met last.
///
/// Updates come by the thousand for a few windows, and their texts need a calendar.
struct WindowFragments {
  struct Fragment: BitwiseCopyable {
    var window = -1
    var start: Int64 = 0
    var end: Int64 = 0
    /// `,"window":{…,"state":"`
    var head = EventBytes.none
    /// `quarter|2017-04-01T00:00:00+08:00`
    var key = EventBytes.none
  }

  /// A power of two; further windows replace one of these.
  private static let count = 256

  private let catalogue: Catalogue
  private let entries: UnsafeMutablePointer<Fragment>
  private let texts: UnsafeMutablePointer<UInt8>
  private let headCapacity: Int
  private let keyCapacity: Int
  /// The longest head and key together, in bytes.
  let longest: Int

  init(catalogue: Catalogue, memory: PlanMemory) {
    self.catalogue = catalogue
    let names = catalogue.windows.map { UpdateFragments.quoted($0.name).utf8.count * 3 }.max() ?? 0
    let zone = catalogue.windows.map { UpdateFragments.quoted($0.calendar.zone.name).utf8.count }.max() ?? 0
    headCapacity = 96 + names + zone + 4 * RFC3339.capacity
    keyCapacity = names + 3 + RFC3339.capacity + zone
    longest = headCapacity + keyCapacity
    entries = memory.table(Array(repeating: Fragment(), count: Self.count))
    texts = memory.table(Array(repeating: 0, count: Self.count * longest))
  }

  /// The fragment of a window, whose texts are valid until the next call.
  @inline(__always)
  func fragment(window: Int, start: Int64, end: Int64) -> UnsafePointer<Fragment> {
    let mixed = UInt64(bitPattern: start &+ Int64(window)) &* 0x9E37_79B9_7F4A_7C15
    let place = Int(truncatingIfNeeded: mixed >> 56)
    let entry = entries + place
    if entry.pointee.window != window || entry.pointee.start != start || entry.pointee.end != end {
      fill(entry, place, window: window, start: start, end: end)
    }
    return UnsafePointer(entry)
  }

  @inline(never)
  private func fill(
    _ entry: UnsafeMutablePointer<Fragment>, _ place: Int, window: Int, start: Int64, end: Int64
  ) {
    let definition = catalogue.windows[window]
    let zone = definition.calendar.zone
    var keyText = "all"
    var bounds = "\"start\":null,\"end\":null"
    if !definition.isAll {
      let (startText, endText) = (zone.format(start), zone.format(end))
      bounds = "\"start\":\"\(startText)\",\"end\":\"\(endText)\""
      // Cumulative windows of one period all begin with it.
      keyText = definition.isCumulative ? endText : startText
      // Days of one offset in several zones may begin at the same moment, for the same team.
      if definition.zoneTag > 0 { keyText += "[\(zone.name)]" }
    }
    let label = definition.calendar.label(WindowBounds(start: start, end: end))
    let head =
      ",\"window\":{\"grain\":\(UpdateFragments.quoted(definition.name)),\(bounds),\"label\":\"\(label)\""
      + ",\"zone\":\(UpdateFragments.quoted(zone.name)),\"state\":\""
    let base = texts + place * longest
    entry.pointee = Fragment(
      window: window, start: start, end: end, head: copy(head, to: base, capacity: headCapacity),
      key: copy(
        UpdateFragments.keyPart(definition.name) + "|" + keyText, to: base + headCapacity,
        capacity: keyCapacity))
  }

  private func copy(_ text: String, to target: UnsafeMutablePointer<UInt8>, capacity: Int) -> EventBytes {
    let bytes = Array(text.utf8)
    precondition(bytes.count <= capacity, "a window's texts must fit their place")
    target.update(from: bytes, count: bytes.count)
    return EventBytes(start: UnsafeRawPointer(target), count: bytes.count)
  }
}
