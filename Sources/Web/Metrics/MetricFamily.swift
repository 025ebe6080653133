/// What one metric of the daemon itself means.
///
/// No label holds the name of a rep or a customer, so the number of series depends on topics and partitions
/// only.
public struct MetricFamily: Sendable {
  public enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  public let name: String
  public let kind: Kind
  public let help: String

  private init(_ name: String, _ kind: Kind, _ help: String) {
    (self.name, self.kind, self.help) = (name, kind, help)
  }

  static let buildInfo = MetricFamily(
    "nadi_build_info", .gauge, "Always 1; the label is the version of the program.")
  static let startTime = MetricFamily(
    "process_start_time_seconds", .gauge, "When the process began to answer, in seconds since the Unix epoch."
  )
  static let memory = MetricFamily("process_resident_memory_bytes", .gauge, "Memory of the process.")
  static let cpu = MetricFamily(
    "process_cpu_seconds_total", .counter, "CPU time of the process, user and system.")
  static let descriptors = MetricFamily("process_open_fds", .gauge, "Open file descriptors.")
  static let lostLogLines = MetricFamily(
    "nadi_log_lines_lost_total", .counter, "Lines of the log that standard error did not take.")
  static let ready = MetricFamily(
    "nadi_ready", .gauge, "1 when assigned, restored and with little lag, else 0.")
  static let stall = MetricFamily(
    "nadi_loop_stall_seconds", .gauge, "For how long the processing loop has not advanced.")
  static let following = MetricFamily(
    "nadi_following", .gauge, "1 while another process of the group leads, else 0.")
  static let assigned = MetricFamily("nadi_assigned_partitions", .gauge, "Input partitions of this process.")
  static let rebalances = MetricFamily(
    "nadi_rebalances_total", .counter, "Changes of the assignment: assigned, revoked or lost.")
  static let consumed = MetricFamily(
    "nadi_records_consumed_total", .counter, "Events read; goes on over restarts, as all books do.")
  static let duplicate = MetricFamily(
    "nadi_records_duplicate_total", .counter, "Events whose id was seen before.")
  static let late = MetricFamily(
    "nadi_records_late_total", .counter, "Events too late for one of their windows.")
  static let deadLetters = MetricFamily(
    "nadi_records_dlq_total", .counter, "Dead letters committed by this process, by reason.")
  static let eventsRead = MetricFamily(
    "nadi_events_read_total", .counter, "Books: events read from a partition.")
  static let events = MetricFamily(
    "nadi_events_total", .counter, "Books: events of a partition by outcome; they add up to those read.")
  static let retractions = MetricFamily(
    "nadi_retractions_total", .counter, "Books: contributions taken back because a row changed.")
  static let lag = MetricFamily("nadi_consumer_lag_records", .gauge, "Records that wait in a partition.")
  static let position = MetricFamily(
    "nadi_position_offset", .gauge, "Offset of the next record of a partition.")
  static let watermarkLag = MetricFamily(
    "nadi_watermark_lag_seconds", .gauge, "Wall clock less watermark, over all partitions.")
  static let partitionWatermark = MetricFamily(
    "nadi_partition_watermark_seconds", .gauge, "Watermark of a partition, in seconds since the Unix epoch.")
  static let partitionStreamTime = MetricFamily(
    "nadi_partition_stream_time_seconds", .gauge,
    "Greatest event time of a partition, in seconds since the Unix epoch.")
  static let eventToEmit = MetricFamily(
    "nadi_event_to_emit_seconds", .histogram,
    "From a record's timestamp to the commit of its updates, for the first record of each batch.")
  static let output = MetricFamily(
    "nadi_output_records_total", .counter, "Updates committed by this process.")
  static let commits = MetricFamily("nadi_commits_total", .counter, "Publications committed by this process.")
  static let commitSeconds = MetricFamily(
    "nadi_txn_commit_seconds", .histogram, "How long publications took, from their begin to their commit.")
  static let aborts = MetricFamily(
    "nadi_txn_aborts_total", .counter, "Publications that failed and were tried again, by what failed.")
  static let roundTrip = MetricFamily(
    "nadi_kafka_broker_rtt_seconds", .gauge,
    "Mean time from request to response within ten seconds; the consumer's include the wait for records.")
  static let reloads = MetricFamily(
    "nadi_config_reloads_total", .counter, "Configurations read again while running: taken or refused.")
  static let reloadSuccess = MetricFamily(
    "nadi_config_last_reload_successful", .gauge, "0 when the last configuration that was read is not in use."
  )
  static let reloadTime = MetricFamily(
    "nadi_config_last_reload_success_timestamp_seconds", .gauge,
    "When the configuration in use was taken, by reload or at the start, in seconds since the Unix epoch.")
  static let cells = MetricFamily("nadi_state_cells", .gauge, "Live cells.")
  static let windows = MetricFamily(
    "nadi_state_windows", .gauge,
    "Windows with cells, counted for each partition and each group of measures with the same dimensions.")
  static let stateBytes = MetricFamily(
    "nadi_state_bytes", .gauge, "Memory of cells, rows, links, texts and remembered ids.")
  static let overflow = MetricFamily(
    "nadi_state_overflow_total", .counter,
    "Dimension values taken as __other__ because a partition keeps no more; part of the state, as the books are."
  )
  static let keys = MetricFamily("nadi_state_keys", .gauge, "Live rows of tables.")
  static let snapshots = MetricFamily("nadi_snapshots_total", .counter, "Snapshots written by this process.")
  static let snapshotAge = MetricFamily(
    "nadi_snapshot_age_seconds", .gauge, "Since the newest snapshot of this process; absent before the first."
  )
  static let snapshotDuration = MetricFamily(
    "nadi_snapshot_duration_seconds", .gauge, "How long writing the newest snapshot took.")
  static let snapshotBytes = MetricFamily("nadi_snapshot_bytes", .gauge, "State in the newest snapshot.")
  static let snapshotFailures = MetricFamily(
    "nadi_snapshot_failures_total", .counter, "Snapshots that could not be written, by error.")
  static let restoreDuration = MetricFamily(
    "nadi_restore_duration_seconds", .gauge, "How long the last restore took; absent before its end.")
  static let restoreRecords = MetricFamily(
    "nadi_restore_records_total", .counter, "Events replayed in silence by the last restore.")
  static let viewCells = MetricFamily("nadi_view_cells", .gauge, "Cells that queries can see.")
  static let viewBytes = MetricFamily("nadi_view_bytes", .gauge, "Memory of those cells.")
  static let viewEvicted = MetricFamily(
    "nadi_view_evicted_total", .counter, "Cells that queries no longer see because memory is bounded.")
  static let viewOmitted = MetricFamily(
    "nadi_view_omitted_total", .counter,
    "Updates that queries and streams never saw because they were too slow.")
  static let streams = MetricFamily("nadi_http_streams", .gauge, "Open streams of updates.")
  static let streamsCut = MetricFamily(
    "nadi_http_streams_cut_total", .counter, "Streams cut off because their reader was too slow.")
  static let requests = MetricFamily(
    "nadi_http_requests_total", .counter, "Requests answered, by status code.")

  /// Everything that `/metrics` serves, in its order.
  public static let all = [
    buildInfo, startTime, memory, cpu, descriptors, lostLogLines, ready, following, stall, assigned,
    rebalances, consumed, duplicate, late, deadLetters, eventsRead, events, retractions, lag, position,
    watermarkLag, partitionWatermark, partitionStreamTime, eventToEmit, output, commits, commitSeconds,
    aborts, roundTrip, reloads, reloadSuccess, reloadTime, cells, windows, keys, stateBytes, overflow,
    snapshots, snapshotAge, snapshotDuration, snapshotBytes, snapshotFailures, restoreDuration,
    restoreRecords, viewCells, viewBytes, viewEvicted, viewOmitted, streams, streamsCut, requests,
  ]
}
