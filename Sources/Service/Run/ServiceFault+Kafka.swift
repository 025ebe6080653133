import Kafka

extension ServiceFault {
  /// What an error of Kafka that nothing else was done about means for the process.
  public init(_ error: KafkaError) {
    if error.isRefused {
      self.init(
        .noPermission, error.message, remedy: "correct the credentials or the rights on the brokers")
    } else if error.isInvalidSetting {
      self.init(.configuration, error.message, remedy: "correct kafka.properties")
    } else {
      self.init(.temporaryFailure, error.description, remedy: "check the brokers, then start again")
    }
  }
}
