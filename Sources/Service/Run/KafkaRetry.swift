import Kafka
import Logging

/// Makes a call again after a retriable error, a bounded number of times.
enum KafkaRetry {
  static func run<Result>(
    _ logger: Logger, _ what: String, attempts: Int, _ body: () throws -> Result
  ) throws -> Result {
    var attempt = 1
    while true {
      do {
        return try body()
      } catch let error as KafkaError where error.isRetriable && !error.isFatal && attempt < attempts {
        logger.warning(
          "could not \(what); trying again", metadata: ["attempt": "\(attempt)", "error": "\(error)"])
        Pause.sleep(millis: Int64(min(100 << min(attempt, 5), 2_000)))
        attempt += 1
      }
    }
  }
}

/// librdkafka's log lines as ours.
enum KafkaLog {
  static func handler(_ logger: Logger) -> (Int, String, String) -> Void {
    { level, facility, message in
      let mapped: Logger.Level =
        switch level {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
      logger.log(level: mapped, "librdkafka", metadata: ["facility": "\(facility)", "text": "\(message)"])
    }
  }
}
