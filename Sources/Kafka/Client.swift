internal import CRdKafka

/// Owns one `rd_kafka_t`, its log queue and the sink of its callbacks.
final class Client {
  let pointer: OpaquePointer
  let sink: EventSink
  private let logQueue: OpaquePointer
  private let log: LogHandler

  /// Builds a client; throws an error naming the property if one is unknown or has an invalid value.
  init(kind: rd_kafka_type_t, settings: Settings, subject: String, log: @escaping LogHandler) throws {
    guard let configuration = rd_kafka_conf_new() else {
      preconditionFailure("librdkafka returned no configuration, which it does only without memory.")
    }
    let sink = EventSink(subject: subject)
    let created: OpaquePointer
    do {
      try Client.apply(settings, to: configuration, subject: subject)
      Client.setCallbacks(of: configuration, sink: sink, kind: kind)
      TokenRefresh.install(in: configuration, settings)
      created = try Client.create(kind, configuration, subject: subject)
    } catch {
      rd_kafka_conf_destroy(configuration)
      throw error
    }
    guard let queue = rd_kafka_queue_new(created) else {
      preconditionFailure("librdkafka returned no queue, which it does only without memory.")
    }
    rd_kafka_set_log_queue(created, queue)
    if let failure = TokenRefresh.begin(created, settings) { log(3, "SASL", failure) }
    self.pointer = created
    self.sink = sink
    self.logQueue = queue
    self.log = log
  }

  deinit {
    rd_kafka_set_log_queue(pointer, nil)
    rd_kafka_queue_destroy(logQueue)
    // A consumer that wants to leave its group was closed before; here nothing may block.
    rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
  }

  /// Hands the waiting log lines to the log handler.
  func drainLogs() {
    while let event = rd_kafka_queue_poll(logQueue, 0) {
      defer { rd_kafka_event_destroy(event) }
      var facility: UnsafePointer<CChar>?
      var text: UnsafePointer<CChar>?
      var level: Int32 = 0
      guard rd_kafka_event_log(event, &facility, &text, &level) == 0, let facility, let text else { continue }
      log(Int(level), String(cString: facility), String(cString: text))
    }
  }

  /// Logs the errors of a client that has no events of its own.
  func drainErrorsToLog() {
    guard !sink.isEmpty else { return }
    for event in sink.takeEvents() {
      switch event {
      case .failed(let error): log(4, "ERROR", error.description)
      case .fatal(let error): log(2, "FATAL", error.description)
      case .assigned, .revoked, .lost, .endOfPartition: break
      }
    }
  }

  /// The newest figures as JSON; nil when none came since the last call.
  func takeStatistics() -> [UInt8]? {
    defer { sink.statistics = nil }
    return sink.statistics
  }

  /// The number of partitions, nil if the topic does not exist.
  func partitionCount(of topic: String, timeoutMillis: Int32) throws -> Int? {
    defer { drainLogs() }
    var count: Int32 = 0
    let code = crdkafka_partition_count(pointer, topic, timeoutMillis, &count)
    if code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC {
      return nil
    }
    try KafkaError.check(
      code, action: "read the metadata of topic \(topic) (\(sink.subject))", client: pointer)
    return Int(count)
  }

  private static let messageBytesMax = 512
  private static let secretProperties: Set<String> = ["sasl.password", "ssl.key.password"]

  private static func apply(_ settings: Settings, to configuration: OpaquePointer, subject: String) throws {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: messageBytesMax) { buffer in
      for (name, value) in settings {
        let result = rd_kafka_conf_set(configuration, name, value, buffer.baseAddress, buffer.count)
        if result == RD_KAFKA_CONF_OK {
          try checkNumber(name, value, configuration, buffer, subject: subject)
          continue
        }
        guard let start = buffer.baseAddress else { continue }
        // The library's words repeat the value.
        let detail = secretProperties.contains(name) ? "its value is not accepted" : String(cString: start)
        throw KafkaError(
          RD_KAFKA_RESP_ERR__INVALID_ARG, action: "set property \(name) of \(subject)", detail: detail)
      }
    }
  }

  /// Librdkafka takes the digits that a value begins with, `45s` as 45, and is silent about the rest.
  private static func checkNumber(
    _ name: String, _ value: String, _ configuration: OpaquePointer,
    _ buffer: UnsafeMutableBufferPointer<CChar>, subject: String
  ) throws {
    guard let first = value.utf8.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= first else { return }
    var count = buffer.count
    guard rd_kafka_conf_get(configuration, name, buffer.baseAddress, &count) == RD_KAFKA_CONF_OK,
      let start = buffer.baseAddress
    else { return }
    let taken = String(cString: start)
    let hexadecimal = value.hasPrefix("0x") ? Int64(value.dropFirst(2), radix: 16).map(Double.init) : nil
    guard taken != value, let number = Double(taken), Double(value) != number, hexadecimal != number else {
      return
    }
    throw KafkaError(
      RD_KAFKA_RESP_ERR__INVALID_ARG, action: "set property \(name) of \(subject)",
      detail: "\"\(value)\" would be read as \(taken); write a number alone, in the unit of librdkafka's "
        + "CONFIGURATION.md (milliseconds in names that end with .ms)")
  }

  private static func create(
    _ kind: rd_kafka_type_t, _ configuration: OpaquePointer, subject: String
  ) throws -> OpaquePointer {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: messageBytesMax) { buffer in
      if let created = rd_kafka_new(kind, configuration, buffer.baseAddress, buffer.count) { return created }
      throw KafkaError(
        rd_kafka_last_error(), action: "create \(subject)",
        detail: buffer.baseAddress.map { String(cString: $0) })
    }
  }

  private static func setCallbacks(of configuration: OpaquePointer, sink: EventSink, kind: rd_kafka_type_t) {
    // The client keeps the sink alive until after `rd_kafka_destroy`, hence unretained.
    rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(sink).toOpaque())
    rd_kafka_conf_set_log_cb(configuration, nil)
    rd_kafka_conf_set(configuration, "log.queue", "true", nil, 0)
    rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
      guard let opaque else { return }
      let sink = Unmanaged<EventSink>.fromOpaque(opaque).takeUnretainedValue()
      sink.report(
        rd_kafka_resp_err_t(code), action: "work as \(sink.subject)",
        detail: reason.map { String(cString: $0) } ?? "unknown reason", client: client)
    }
    rd_kafka_conf_set_stats_cb(configuration) { _, json, count, opaque in
      guard let json, let opaque else { return 0 }
      let sink = Unmanaged<EventSink>.fromOpaque(opaque).takeUnretainedValue()
      sink.statistics = Array(UnsafeRawBufferPointer(start: json, count: count))
      // Librdkafka keeps the text and frees it.
      return 0
    }
    if kind == RD_KAFKA_CONSUMER {
      rd_kafka_conf_set_rebalance_cb(configuration) { client, code, list, opaque in
        guard let client, let opaque else { return }
        Unmanaged<EventSink>.fromOpaque(opaque).takeUnretainedValue().rebalance(client, code, list)
        // Or the call in which it was learnt would go on waiting for a record.
        rd_kafka_yield(client)
      }
    } else {
      rd_kafka_conf_set_dr_msg_cb(configuration) { client, message, opaque in
        guard let message, let opaque else { return }
        Unmanaged<EventSink>.fromOpaque(opaque).takeUnretainedValue().delivered(client, message.pointee)
      }
    }
  }
}
