import Catalogue
import Core
import Formats
import Foundation
import Service

/// The objects that fuzzing goes on using, as a daemon does.
final class FuzzBench {
  private let target: FuzzTarget
  private let configuration: Configuration
  private let catalogue: Core.Catalogue
  private let decoder: Decoder
  private var task: PartitionTask
  private var fed = 0

  private static let bytesMax = 1 << 20
  private static let fedMax = 100_000

  init(_ target: FuzzTarget) throws {
    self.target = target
    let (configuration, diagnostics) = ConfigurationLoader.load(
      yaml: target == .mapping ? FuzzConfiguration.mapped : FuzzConfiguration.plain, file: "fuzz",
      zoneBytes: { _ in nil })
    guard let configuration else {
      preconditionFailure("The configuration is good: \(diagnostics.map { $0.text(file: "fuzz") })")
    }
    self.configuration = configuration
    catalogue = try Core.Catalogue(configuration.catalogue)
    decoder = try Decoder(
      catalogue: catalogue, mappings: configuration.mappings, topics: configuration.input.topics,
      maximumBytes: Self.bytesMax, maximumKeyBytes: 128, maximumDepth: 32)
    task = PartitionTask(catalogue: catalogue, topic: configuration.input.topics[0], partition: 0)
  }

  func run(_ bytes: UnsafeRawBufferPointer) {
    switch target {
    case .event: decode(key: UnsafeRawBufferPointer(rebasing: bytes[..<0]), header: nil, value: bytes)
    case .mapping: decodeMapped(bytes)
    case .snapshot: load(Array(bytes))
    case .configuration:
      _ = ConfigurationLoader.load(
        yaml: String(decoding: bytes, as: UTF8.self), file: "fuzz", zoneBytes: { _ in nil })
    }
  }

  /// The first two bytes are the lengths of a key and a header.
  private func decodeMapped(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 2 else { return }
    let keyEnd = min(2 + Int(bytes[0]), bytes.count)
    let headerEnd = min(keyEnd + Int(bytes[1]), bytes.count)
    decode(
      key: UnsafeRawBufferPointer(rebasing: bytes[2..<keyEnd]),
      header: UnsafeRawBufferPointer(rebasing: bytes[keyEnd..<headerEnd]),
      value: UnsafeRawBufferPointer(rebasing: bytes[headerEnd...]))
  }

  private func decode(
    key: UnsafeRawBufferPointer, header: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer
  ) {
    fed += 1
    if fed % Self.fedMax == 0 {
      task = PartitionTask(catalogue: catalogue, topic: configuration.input.topics[0], partition: 0)
    }
    let count = decoder.decode(
      RecordInput(topic: 0, timestampMillis: 1_767_225_600_000, key: key, value: value),
      headers: { _ in header }, accept: { _ = task.accept($0, recordTimestamp: 1_767_225_600_000) },
      reject: { task.reject($0.reason) })
    if count == 0 { task.skip() }
    precondition(task.books.isBalanced, "The books balance whatever is read.")
    task.endBatch()
  }

  /// Writes a snapshot of what some events came to, for the fuzzer to begin with: as a file, and its state alone.
  ///
  /// Made anew each time, so that it is always of the format of today.
  func writeSeeds(events folder: String, to target: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")).withUnsafeBytes {
        decode(key: UnsafeRawBufferPointer(rebasing: $0[..<0]), header: nil, value: $0)
      }
    }
    task.position = Int64(task.books.read)
    let other = PartitionTask(catalogue: catalogue, topic: configuration.input.topics[0], partition: 1)
    let state = Ledger(catalogue: catalogue, tasks: [task, other]).encodeState()
    let header = SnapshotHeader(sequence: 1, createdMillis: 0, group: "fuzz", build: "fuzz")
    try Data(state).write(to: URL(fileURLWithPath: "\(target)/state"))
    try SnapshotDirectory(path: target, kept: 1).write(
      SnapshotDraft(header: header, changes: StateChanges(whole: state)))
  }

  private func load(_ bytes: [UInt8]) {
    // Most damage is found by a checksum, so the state behind it is tried alone, too.
    let state = (try? SnapshotFile(decoding: bytes))?.content ?? bytes
    let base = [UInt8](0...255)
    if let changes = try? StateChanges(decoding: state, of: base) {
      precondition(changes.applied(to: base).count == changes.byteCount, "Changes make the state they say.")
    }
    let ledger = Ledger(
      catalogue: catalogue,
      tasks: (0..<2).map {
        PartitionTask(catalogue: catalogue, topic: configuration.input.topics[0], partition: $0)
      })
    do throws(SnapshotFault) {
      try ledger.decodeState(state)
    } catch {
      return
    }
    // What is taken must be usable.
    ledger.publishAll(watermark: ledger.watermark) { _ in }
    precondition(!ledger.encodeState().isEmpty, "A state that was read can be written.")
  }
}
