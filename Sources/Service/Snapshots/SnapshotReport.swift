import Catalogue
import Core

/// What there is to say of one snapshot file, for those who look.
public struct SnapshotReport: Sendable {
  public let path: String
  public let snapshot: LoadedSnapshot
  public let state: StateSummary

  /// Reads a file and checks it whole: its frame, its checksums and the frame of its state.
  ///
  /// - Parameter configuration: with it the state is also loaded under its catalogue, as a restart does.
  /// - Throws: `ServiceFault` with exit code 74 when it cannot be read, 65 when it is no whole snapshot.
  public init(path: String, configuration: Configuration? = nil) throws(ServiceFault) {
    self.path = path
    do {
      let (folder, name) = Self.split(path)
      snapshot = try SnapshotDirectory(path: folder, kept: .max).load(name)
      state = try StateSummary(decoding: snapshot.state)
      if let configuration { try Self.load(state, snapshot.state, configuration) }
    } catch let fault as POSIXFault {
      throw ServiceFault(.inputOutput, "\(fault)", remedy: "name a snapshot file that this user may read")
    } catch let fault as ServiceFault {
      throw fault
    } catch {
      throw ServiceFault(
        .dataError, "\(path) is damaged: \(error)",
        remedy: "a restart sets it aside and uses the one before it; keep a copy for analysis")
    }
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (
      slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...])
    )
  }

  private static func load(_ state: StateSummary, _ bytes: [UInt8], _ configuration: Configuration) throws {
    let catalogue = try configuration.compiledCatalogue()
    let ledger = Ledger(
      catalogue: catalogue,
      tasks: state.tasks.map {
        PartitionTask(catalogue: catalogue, topic: $0.topic, partition: $0.partition)
      })
    try ledger.decodeState(bytes)
  }

  /// One line: sequence, time, size, group, events.
  public var line: String {
    let read = state.tasks.reduce(0) { $0 + $1.books.read }
    let header = snapshot.header
    return
      "\(header.sequence)  \(Self.time(header.createdMillis))  \(snapshot.byteCount) bytes  group \(header.group)  "
      + "\(state.tasks.count) partitions  \(read) events"
      + (header.base.map { "  changes to \($0.sequence)" } ?? "")
  }

  /// Everything, over several lines.
  public var text: String {
    let header = snapshot.header
    var lines = [
      "file         \(path), \(snapshot.byteCount) bytes, format \(snapshot.format)",
      "sequence     \(header.sequence)",
      "holds        "
        + (header.base.map { "the changes to \(SnapshotName(sequence: $0.sequence))" } ?? "all of the state")
        + ", \(snapshot.state.count) bytes in all",
      "created      \(Self.time(header.createdMillis))",
      "group        \(header.group)",
      "build        \(header.build)",
      "catalogue    \(Self.hexadecimal(state.catalogueIdentity))",
      "watermark    \(Self.time(state.watermark))",
      "kept         \(state.completeSince.count) measures in a window and scope",
    ]
    for task in state.tasks {
      let books = task.books
      lines.append(
        "\(task.topic)[\(task.partition)]  position \(task.position)  stream time \(Self.time(task.streamTime))  "
          + "\(task.byteCount) bytes  read \(books.read) counted \(books.counted) "
          + "duplicate \(books.duplicate) late \(books.late) filtered \(books.filtered) "
          + "rejected \(books.rejected)" + (books.isBalanced ? "" : "  DOES NOT BALANCE"))
    }
    return lines.joined(separator: "\n")
  }

  private static func time(_ millis: Int64) -> String {
    millis > .min ? Zone.utc.format(millis) : "none"
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
