import Catalogue
import Foundation
import Service

/// The snapshot files that are there, newest first, and how writing them goes.
struct SnapshotsDocument: Encodable {
  struct File: Encodable {
    var name: String
    var bytes: Int
    var writtenAt: String
  }

  var directory: String
  /// Written by this process.
  var written: UInt64
  var failures: [String: UInt64]
  /// Of the newest one that this process wrote; left out before the first.
  var lastDurationSeconds: Double?
  var files: [File]

  init(_ configuration: Configuration, _ status: SnapshotStatus) {
    directory = configuration.state.directory
    written = status.count
    failures = status.failures
    lastDurationSeconds = status.lastMillis == nil ? nil : Double(status.lastDurationMillis) / 1_000
    let path = directory
    let directory = SnapshotDirectory(path: path, kept: configuration.state.snapshotsKept)
    // What cannot be listed now may be there the next time somebody looks.
    let names = (try? directory.files()) ?? []
    files = names.compactMap { name in
      // A file may go while they are listed.
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)"),
        let bytes = attributes[.size] as? Int, let date = attributes[.modificationDate] as? Date
      else { return nil }
      let millis = Int64(date.timeIntervalSince1970 * 1_000)
      return File(name: name, bytes: bytes, writtenAt: TimeText.utc(millis) ?? "")
    }
  }
}
