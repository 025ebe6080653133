import Catalogue
import Kafka
import Logging

/// What an operator should know of the connections, once at the start.
extension RunService {
  func warnOfWeaknesses() {
    if let broker = configuration.kafka.unprotectedBroker {
      logger.warning(
        "records cross the network unencrypted: whoever sees it reads and changes them; set kafka.tls",
        metadata: ["broker": "\(broker)"])
    }
    if configuration.kafka.sasl?.mechanism.isSCRAM == true, !Kafka.hasStrictSCRAM {
      logger.warning(
        "librdkafka before 2.6.1 repeats a part of SCRAM's nonce, which Apache Kafka 4 refuses like a wrong password",
        metadata: ["librdkafka": "\(Kafka.libraryVersion)"])
    }
  }
}
