import Core
import Kafka

/// Why a run ends, and what to do about it.
extension RunService {
  func shrunk(_ partition: TopicPartition, end: Int64, committed: Int64) -> ServiceFault {
    ServiceFault(
      .dataError,
      "\(partition) ends at offset \(end), but group \(configuration.kafka.group) committed \(committed)",
      remedy:
        "the topic was created anew or lost records: restore it, or give kafka.group and the output topic new "
        + "names and let the numbers begin with what the topic holds")
  }

  func outOfRange(_ error: KafkaError) -> ServiceFault {
    ServiceFault(
      .dataError, "input is missing: \(error.message)",
      remedy:
        "the topic was recreated or its retention passed this process; restore a newer snapshot, or give "
        + "kafka.group a new name and let the numbers begin with what the topic still holds")
  }

  func cutOff() -> ServiceFault {
    ServiceFault(
      .temporaryFailure,
      "this process led group \(configuration.kafka.group), was cut off from it, and is not alone in it now",
      remedy: "another process may have taken over; start again, to follow it")
  }

  func repartitioned(_ topic: String, from known: Int, to count: Int) -> ServiceFault {
    ServiceFault(
      .temporaryFailure, "\(topic) has \(count) partitions; it had \(known) when this process started",
      remedy: "start again: new partitions are read from their beginning")
  }

  func vanished(_ topic: String) -> ServiceFault {
    ServiceFault(
      .temporaryFailure, "the input topic \(topic) is not there any more",
      remedy: "create it again if it was deleted; a process that starts waits for it")
  }

  func replaced(_ slot: TaskSlot) -> ServiceFault {
    ServiceFault(
      .dataError,
      "\(slot.task.topic)[\(slot.task.partition)] holds other records than the state was made from: it was created "
        + "anew and filled again",
      remedy:
        "restore the topic, or give kafka.group and the output topic new names and let the numbers begin with what "
        + "the topic holds")
  }

  func said(_ publisher: Publisher) -> String { publisher.lastError?.description ?? "no answer" }

  func fault(_ reason: CommitStop, _ publisher: Publisher) -> ServiceFault {
    let said = said(publisher)
    switch reason {
    case .fenced, .superseded, .fatal:
      return ServiceFault(
        .temporaryFailure, "Kafka refused this process for good (\(reason)): \(said)",
        remedy:
          "another process with the same kafka.group may have taken over; start again")
    case .exhausted:
      // Starting again helps only when the brokers would let it.
      if let error = publisher.lastError, error.isRefused { return ServiceFault(error) }
      return ServiceFault(
        .temporaryFailure, "publishing failed too often in a row: \(said)",
        remedy: "check the brokers; nothing is lost, start again")
    case .toldToStop:
      return ServiceFault(
        .temporaryFailure, "told to stop while the brokers did not answer: \(said)",
        remedy: "nothing is lost; start again when the brokers answer")
    }
  }
}
