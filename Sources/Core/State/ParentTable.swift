/// Who each scope value belongs to: the parent seen with it at the latest event time.
struct ParentTable: ~Copyable {
  struct Link: BitwiseCopyable {
    var parent: UInt32
    var isKnown: UInt32
    var time: Int64
  }

  /// By scope, then by the child's text number.
  private var links: [[Link]]

  init(scopeCount: Int) { links = Array(repeating: [], count: scopeCount) }

  /// Memory that is allocated for links, in bytes.
  var byteCount: Int { links.reduce(0) { $0 + $1.capacity * MemoryLayout<Link>.stride } }

  @inline(__always)
  mutating func note(scope: Int, child: UInt32, parent: UInt32, time: Int64) {
    let place = Int(child)
    if place >= links[scope].count {
      let missing = place + 1 - links[scope].count
      links[scope].append(
        contentsOf: repeatElement(Link(parent: 0, isKnown: 0, time: .min), count: missing))
    }
    if links[scope][place].isKnown == 0 || time >= links[scope][place].time {
      links[scope][place] = Link(parent: parent, isKnown: 1, time: time)
    }
  }

  /// The parent's text number and when it was seen, or nil.
  func parent(scope: Int, child: UInt32) -> (parent: UInt32, time: Int64)? {
    guard Int(child) < links[scope].count, links[scope][Int(child)].isKnown == 1 else { return nil }
    return (links[scope][Int(child)].parent, links[scope][Int(child)].time)
  }

  func encode(scope: Int, into output: inout SnapshotWriter) {
    output.write(UInt32(links[scope].count))
    for link in links[scope] {
      output.write(link.parent)
      output.write(link.isKnown)
      output.write(link.time)
    }
  }

  mutating func decode(
    scope: Int?, textCount: Int, from input: inout SnapshotReader
  ) throws(SnapshotFault) {
    let count = try input.readCount(itemBytes: 16)
    for child in 0..<count {
      let parent = try input.readUInt32()
      let isKnown = try input.readUInt32()
      let time = try input.readInt64()
      guard child <= textCount, Int(parent) <= textCount else {
        throw .malformed("text \(child) belongs to text \(parent) of \(textCount)")
      }
      if isKnown == 1, let scope {
        note(scope: scope, child: UInt32(child), parent: parent, time: time)
      }
    }
  }
}
