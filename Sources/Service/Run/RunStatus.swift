import Core
import Logging

/// How a running service is doing, for displays and logs.
public struct RunStatus: Sendable {
  public enum Phase: String, Sendable {
    /// No partitions are assigned.
    case waiting
    /// Silent replay from the snapshot to the committed offsets.
    case restoring
    /// Another process of the group publishes; this one keeps up with it.
    case following
    case running
    /// It was told to stop: last commit and snapshot.
    case stopping
  }

  public var phase: Phase
  public var books = Books()
  public var updateCount: UInt64 = 0
  public var deadLetterCount: UInt64 = 0
  public var lateCount: UInt64 = 0
  public var commitCount: UInt64 = 0
  public var snapshotCount: UInt64 = 0
  public var cellCount = 0
  public var rowCount = 0
  /// Windows with cells, for each partition and group of measures.
  public var windowCount = 0
  /// Memory of cells, rows, links and remembered ids, in bytes.
  public var stateBytes = 0
  /// Dimension values that were taken as `__other__`.
  public var overflowCount = 0
  public var partitionCount = 0
  /// Records not yet read, as far as is known.
  public var lag: Int64 = 0
  /// Event time; `Int64.min` before the first event.
  public var streamTime = Int64.min
  public var watermark = Int64.min
  /// Partitions of all input topics, assigned or not; 0 before they are known.
  public var partitionTotal = 0
  public var partitions: [PartitionStatus] = []
  public var snapshots = SnapshotStatus()
  /// Committed dead letters by reason.
  public var deadLetterReasons: [String: UInt64] = [:]
  /// Publications that failed and were tried again, by the class of what failed.
  public var abortCounts: [CommitFailure: UInt64] = [:]
  public var figures = RunFigures()
  /// Of the last interval in which there were any, for each client.
  public var roundTrips: [BrokerRoundTrip] = []
  /// Nil when no other configuration can be taken.
  public var reloads: ReloadRecord?

  /// The figures for a log line.
  var metadata: Logger.Metadata {
    [
      "read": "\(books.read)", "counted": "\(books.counted)", "duplicate": "\(books.duplicate)",
      "late": "\(books.late)", "filtered": "\(books.filtered)", "rejected": "\(books.rejected)",
      "updates": "\(updateCount)", "commits": "\(commitCount)", "dead_letters": "\(deadLetterCount)",
      "snapshots": "\(snapshotCount)", "cells": "\(cellCount)", "rows": "\(rowCount)",
    ]
  }
}
