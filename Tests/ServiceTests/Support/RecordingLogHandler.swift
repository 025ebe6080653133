import Logging

/// Hands every line to a recorder.
struct RecordingLogHandler: LogHandler {
  let recorder: LogRecorder
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .debug

  init(recorder: LogRecorder) { self.recorder = recorder }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    recorder.add(
      LogRecorder.Line(
        level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" }))
  }
}
