import Core
import Service

/// The figures of the daemon itself, as one scrape sees them: all from the same status.
struct MetricsPage {
  private let state: WebState
  private let status: RunStatus
  private var out: MetricsText

  static func text(_ state: WebState, format: MetricsText.Format) -> String {
    var page = MetricsPage(state, format)
    page.writeProcess()
    page.writeHealth()
    page.writeEvents()
    page.writePartitions()
    page.writeOutput()
    page.writeReloads()
    page.writeState()
    page.writeWeb()
    page.out.end()
    return page.out.text
  }

  private init(_ state: WebState, _ format: MetricsText.Format) {
    self.state = state
    status = state.monitor.status
    out = MetricsText(format)
  }

  /// One sample, or none when there is no value.
  private mutating func write(_ family: MetricFamily, _ value: (some BinaryInteger)?) {
    out.begin(family)
    if let value { out.sample(family, [], value) }
  }

  private mutating func write(_ family: MetricFamily, seconds: Double?) {
    out.begin(family)
    if let seconds { out.sample(family, [], seconds: seconds) }
  }

  /// One sample for each value of a label; those that are known have one from the beginning, for what appears with a
  /// count is not seen to rise.
  private mutating func write(
    _ family: MetricFamily, by label: String, _ values: [String: UInt64], known: [String] = []
  ) {
    out.begin(family)
    let zeros = Dictionary(uniqueKeysWithValues: known.map { ($0, UInt64(0)) })
    for (value, count) in values.merging(zeros, uniquingKeysWith: { count, _ in count }).sorted(by: {
      $0.key < $1.key
    }) {
      out.sample(family, [(label, value)], count)
    }
  }

  /// What keeps a snapshot from being written on most disks.
  private static let likelyFailures = ["EACCES", "EDQUOT", "EIO", "ENOSPC", "EROFS"]

  private static func seconds(_ millis: Int64) -> Double { Double(millis) / 1_000 }

  // MARK: - Parts

  private mutating func writeProcess() {
    out.begin(.buildInfo)
    out.sample(.buildInfo, [("version", state.build)], 1)
    write(.startTime, seconds: Self.seconds(state.startMillis))
    let process = ProcessFigures.read()
    write(.memory, process.residentBytes)
    write(.cpu, seconds: process.cpuSeconds)
    write(.descriptors, process.descriptorCount)
    write(.lostLogLines, NadiLogHandler.lostLines.load(ordering: .relaxed))
  }

  private mutating func writeHealth() {
    write(.ready, state.readiness().allSatisfy(\.isPassed) ? 1 : 0)
    write(.following, status.phase == .following ? 1 : 0)
    write(.stall, seconds: Self.seconds(state.monitor.stallMillis))
    write(.assigned, status.partitions.count)
    let kinds = RunFigures.Rebalance.allCases.map { ($0.rawValue, status.figures.rebalances[$0] ?? 0) }
    write(.rebalances, by: "kind", Dictionary(uniqueKeysWithValues: kinds))
  }

  private mutating func writeEvents() {
    // Without partitions there are no books; a zero would look like a counter that began anew.
    let books = status.partitions.isEmpty ? nil : status.books
    write(.consumed, books?.read)
    write(.duplicate, books?.duplicate)
    write(.late, books?.late)
    write(
      .deadLetters, by: "reason", status.deadLetterReasons, known: RejectReason.allCases.map(\.rawValue))
  }

  /// One sample for each partition for which there is a value.
  private mutating func writeEach(_ family: MetricFamily, _ value: (PartitionStatus) -> String?) {
    out.begin(family)
    for partition in status.partitions {
      guard let text = value(partition) else { continue }
      out.sample(family.name, labels(partition), text)
    }
  }

  private func labels(_ partition: PartitionStatus) -> MetricsText.Labels {
    [("topic", partition.topic), ("partition", String(partition.partition))]
  }

  private mutating func writePartitions() {
    writeEach(.eventsRead) { String($0.books.read) }
    out.begin(.events)
    for partition in status.partitions {
      let books = partition.books
      let outcomes = [
        ("counted", books.counted), ("duplicate", books.duplicate), ("late", books.late),
        ("filtered", books.filtered), ("rejected", books.rejected),
      ]
      for (outcome, count) in outcomes {
        out.sample(.events, labels(partition) + [("outcome", outcome)], count)
      }
    }
    writeEach(.retractions) { String($0.books.retractions) }
    writeEach(.lag) { $0.lag.map { String($0) } }
    writeEach(.position) { String($0.position) }
    let now = WallClock.nowMillis()
    write(.watermarkLag, seconds: status.watermark == .min ? nil : Self.seconds(now - status.watermark))
    writeEach(.partitionWatermark) { $0.watermark == .min ? nil : "\(Self.seconds($0.watermark))" }
    writeEach(.partitionStreamTime) { $0.streamTime == .min ? nil : "\(Self.seconds($0.streamTime))" }
  }

  private mutating func writeOutput() {
    out.begin(.eventToEmit)
    out.histogram(.eventToEmit, status.figures.eventToEmit)
    write(.output, status.updateCount)
    write(.commits, status.commitCount)
    out.begin(.commitSeconds)
    out.histogram(.commitSeconds, status.figures.commit)
    // After the other two the process ends.
    let classes = CommitFailure.allCases.filter { $0 != .fenced && $0 != .fatal }
    let aborts = classes.map { ($0.rawValue, status.abortCounts[$0] ?? 0) }
    write(.aborts, by: "class", Dictionary(uniqueKeysWithValues: aborts))
    out.begin(.roundTrip)
    for trip in status.roundTrips {
      let labels = [("client", trip.client.rawValue), ("broker", trip.broker)]
      out.sample(.roundTrip, labels, seconds: trip.seconds)
    }
  }

  private mutating func writeReloads() {
    let record = status.reloads
    let results = record.map { ["taken": $0.takenCount, "refused": $0.refusedCount] } ?? [:]
    write(.reloads, by: "result", results)
    write(.reloadSuccess, record.map { $0.isLastTaken ? 1 : 0 })
    write(.reloadTime, seconds: record.map { Self.seconds($0.lastTakenMillis) })
  }

  private mutating func writeState() {
    write(.cells, status.cellCount)
    write(.windows, status.windowCount)
    write(.keys, status.rowCount)
    write(.stateBytes, status.stateBytes)
    write(.overflow, status.partitions.isEmpty ? nil : status.overflowCount)
    let snapshots = status.snapshots
    write(.snapshots, snapshots.count)
    let now = WallClock.nowMillis()
    write(.snapshotAge, seconds: snapshots.lastMillis.map { Self.seconds(now - $0) })
    write(
      .snapshotDuration, seconds: snapshots.lastMillis.map { _ in Self.seconds(snapshots.lastDurationMillis) }
    )
    write(.snapshotBytes, snapshots.lastBytes)
    write(.snapshotFailures, by: "errno", snapshots.failures, known: Self.likelyFailures)
    write(.restoreDuration, seconds: status.figures.restoreMillis.map { Self.seconds($0) })
    write(.restoreRecords, status.figures.restoreRecordCount)
  }

  private mutating func writeWeb() {
    let view = state.view.figures
    write(.viewCells, view.cells)
    write(.viewBytes, view.bytes)
    write(.viewEvicted, view.evicted)
    write(.viewOmitted, view.omitted)
    write(.streams, state.hub.clientCount)
    write(.streamsCut, state.hub.cutOffCount)
    let codes = state.answerCounts.map { (String($0.key), $0.value) }
    write(.requests, by: "code", Dictionary(uniqueKeysWithValues: codes))
  }
}
