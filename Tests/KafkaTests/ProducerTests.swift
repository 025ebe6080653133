import Testing

@testable import Kafka

@Suite(.serialized, .timeLimit(.minutes(3)))
struct ProducerTests {
  @Test func fullQueueWaitsThenThrows() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("updates", partitions: 1)
    let producer = try makeProducer(cluster, settings: [("queue.buffering.max.messages", "10")])
    let topic = try producer.topic("updates")
    let headers = KafkaHeaders()
    headers.set("kind", "update")
    for index in 0..<100 { try producer.produce(topic, key: "k", value: "\(index)", headers: headers) }
    try producer.flush(timeoutMillis: waitMillis)
    #expect(producer.outstandingCount == 0)
    #expect(producer.deliveryFailures == 0)

    try cluster.setRoundTripMillis(3_000)
    let error = kafkaError {
      for _ in 0..<11 {
        try producer.produce(topic, key: "k", value: "x", headers: headers, timeoutMillis: 50)
      }
    }
    #expect(error?.name == "_QUEUE_FULL")
    #expect(error?.isRetriable == true)
    #expect(error?.message.contains("updates") == true)
    #expect(producer.outstandingCount > 0)
    try cluster.setRoundTripMillis(0)
    try producer.flush(timeoutMillis: waitMillis)
  }

  @Test func rejectedRecordsSurfaceInFlush() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("updates", partitions: 1)
    let producer = try makeProducer(cluster)
    let topic = try producer.topic("updates")
    cluster.pushRequestErrors(apiKey: KafkaMockCluster.Request.produce, [29])
    try producer.produce(topic, key: "k", value: "v")
    let error = kafkaError { try producer.flush(timeoutMillis: waitMillis) }
    #expect(error?.name == "TOPIC_AUTHORIZATION_FAILED")
    #expect(error?.message.contains("updates[0]") == true)
    #expect(producer.deliveryFailures == 1)
    #expect(producer.firstDeliveryFailure == error)
  }

  @Test func failuresAreForgottenAfterAFlush() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("updates", partitions: 1)
    // Without idempotence a rejected record has no effect on the ones after it.
    let producer = try makeProducer(cluster, settings: [("enable.idempotence", "false")])
    let topic = try producer.topic("updates")
    cluster.pushRequestErrors(apiKey: KafkaMockCluster.Request.produce, [10])
    try producer.produce(topic, key: "k", value: "v")
    _ = kafkaError { try producer.flush(timeoutMillis: waitMillis) }
    try producer.produce(topic, key: "k", value: "v")
    try producer.flush(timeoutMillis: waitMillis)
    #expect(producer.deliveryFailures == 0)
  }

  @Test func unknownPartitionIsRefusedAndFreesItsHeaders() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("updates", partitions: 1)
    let producer = try makeProducer(cluster)
    let topic = try producer.topic("updates")
    let headers = KafkaHeaders()
    headers.set("kind", "update")
    headers.set("subject", "a/b/c")
    for _ in 0..<1_000 {
      let error = kafkaError {
        try producer.produce(topic, partition: 99, key: "k", value: "v", headers: headers)
      }
      #expect(error?.name == "_UNKNOWN_PARTITION")
    }
    #expect(producer.outstandingCount == 0)
  }

  @Test func transactionCommits() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    try cluster.createTopic("updates", partitions: 1)
    let consumer = try makeConsumer(cluster, group: "app")
    try consumer.subscribe(["calls"])
    var heard = Heard()
    #expect(try consumer.poll(into: &heard) { !$0.events.isEmpty })
    let producer = try makeProducer(cluster, transactional: "app-1")
    try producer.initTransactions(timeoutMillis: waitMillis)
    let topic = try producer.topic("updates")
    let partition = TopicPartition(topic: "calls", partition: 0)
    for index in 1...3 {
      try producer.beginTransaction()
      try producer.produce(topic, key: "k", value: "\(index)")
      try producer.sendOffsets(
        [(partition, Int64(index), metadata: "m\(index)")], consumer: consumer, timeoutMillis: waitMillis)
      try producer.commitTransaction(timeoutMillis: waitMillis)
    }
    try producer.beginTransaction()
    try producer.produce(topic, key: "k", value: "dropped")
    try producer.abortTransaction(timeoutMillis: waitMillis)
    #expect(producer.fatalCause() == nil)

    let reader = try makeConsumer(cluster, group: "reader")
    try reader.assign([(TopicPartition(topic: "updates", partition: 0), KafkaConsumer.beginning)])
    var updates = Heard()
    #expect(try reader.poll(into: &updates) { $0.records.count >= 3 })
    #expect(updates.records.prefix(3).map(\.value) == ["1", "2", "3"])
    consumer.close()
  }

  @Test func fencedProducerIsFatal() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("updates", partitions: 1)
    let producer = try makeProducer(cluster, transactional: "app-1")
    try producer.initTransactions(timeoutMillis: waitMillis)
    let topic = try producer.topic("updates")
    try producer.beginTransaction()
    try producer.produce(topic, key: "k", value: "v")
    cluster.pushRequestErrors(apiKey: KafkaMockCluster.Request.endTransaction, [90])
    let error = kafkaError { try producer.commitTransaction(timeoutMillis: waitMillis) }
    #expect(error?.isFenced == true)
    #expect(error?.isFatal == true)
    #expect(error?.message.contains("app-1") == true)
    #expect(producer.fatalCause()?.isFenced == true)
  }

  @Test func abortableErrorAsksForAnAbort() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("updates", partitions: 1)
    let producer = try makeProducer(cluster, transactional: "app-1")
    try producer.initTransactions(timeoutMillis: waitMillis)
    let topic = try producer.topic("updates")
    try producer.beginTransaction()
    cluster.pushRequestErrors(apiKey: KafkaMockCluster.Request.produce, [10])
    try producer.produce(topic, key: "k", value: "v")
    let error = kafkaError { try producer.commitTransaction(timeoutMillis: waitMillis) }
    #expect(error?.requiresAbort == true)
    #expect(error?.isFatal == false)
    #expect(producer.deliveryFailures == 1)
    try producer.abortTransaction(timeoutMillis: waitMillis)
    // The mock does not raise the epoch on abort, so nothing more can be produced to it here.
    try producer.beginTransaction()
    #expect(producer.deliveryFailures == 0)
  }

  @Test func refusedCommitSurfaces() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    let consumer = try makeConsumer(cluster, group: "refused")
    cluster.pushRequestErrors(apiKey: KafkaMockCluster.Request.offsetCommit, [30])
    let error = kafkaError {
      try consumer.commitSync([(TopicPartition(topic: "calls", partition: 0), 1, metadata: "")])
    }
    #expect(error?.name == "GROUP_AUTHORIZATION_FAILED")
    #expect(error?.message.contains("refused") == true)
  }
}
