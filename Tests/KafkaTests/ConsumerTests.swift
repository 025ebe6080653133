import Testing

@testable import Kafka

@Suite(.serialized, .timeLimit(.minutes(3)))
struct ConsumerTests {
  @Test func roundTripThroughAGroup() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    try cluster.createTopic("mails", partitions: 1)
    let producer = try makeProducer(cluster)
    let calls = try producer.topic("calls")
    let mails = try producer.topic("mails")
    #expect(calls.partitionCount == 1)
    let headers = KafkaHeaders()
    headers.set("ce_type", "call")
    headers.set("ce_id", "1")
    try producer.produce(calls, key: "a", value: "one", timestampMillis: 1_700_000_000_123, headers: headers)
    headers.set("ce_id", "two, which is longer")
    try producer.produce(calls, key: "a", value: "", headers: headers)
    try producer.produce(calls, key: "a", value: nil)
    try producer.produce(mails, key: "b", value: "two")
    try producer.flush(timeoutMillis: waitMillis)

    let consumer = try makeConsumer(cluster, group: "round-trip")
    try consumer.subscribe(["mails", "calls"])
    var heard = Heard()
    #expect(try consumer.poll(into: &heard) { !$0.events.isEmpty })
    let partitions = ["calls", "mails"].map { TopicPartition(topic: $0, partition: 0) }
    guard case .assigned(let assigned) = heard.events[0] else {
      Issue.record("Expected an assignment, got \(heard.events[0]).")
      return
    }
    #expect(Set(assigned) == Set(partitions))
    #expect(heard.records.isEmpty)
    try consumer.assign(assigned.map { ($0, KafkaConsumer.beginning) })
    #expect(try consumer.poll(into: &heard) { $0.records.count == 4 && $0.events.count == 3 })
    #expect(heard.events.contains(.endOfPartition(partitions[0], offset: 3)))
    #expect(heard.events.contains(.endOfPartition(partitions[1], offset: 1)))

    let mail = heard.records.filter { $0.topicIndex == 0 }
    let call = heard.records.filter { $0.topicIndex == 1 }
    #expect(mail.map(\.value) == ["two"])
    #expect(call.map(\.value) == ["one", "", nil])
    #expect(call.map(\.offset) == [0, 1, 2])
    #expect(call.map(\.key) == ["a", "a", "a"])
    #expect(call[0].timestampMillis == 1_700_000_000_123)
    #expect(call[1].timestampMillis > 1_700_000_000_123)
    #expect(call[0].headers == ["ce_type": "call", "ce_id": "1"])
    #expect(call[1].headers == ["ce_type": "call", "ce_id": "two, which is longer"])
    #expect(call[2].headers == [:])
    #expect(consumer.cachedWatermarks(partitions[0])?.high == 3)
    #expect(try consumer.watermarks(partitions[0], timeoutMillis: waitMillis) == (0, 3))
    #expect(consumer.close())
  }

  /// What a closure makes of the first so many records of the topic `calls`.
  private func read<Value>(
    _ count: Int, _ cluster: KafkaMockCluster, group: String, _ body: (KafkaRecord) -> Value
  ) throws -> [Value] {
    let consumer = try makeConsumer(cluster, group: group)
    try consumer.assign([(TopicPartition(topic: "calls", partition: 0), KafkaConsumer.beginning)])
    var found: [Value] = []
    let deadline = ContinuousClock.now + .milliseconds(Int(waitMillis))
    while found.count < count, ContinuousClock.now < deadline {
      _ = consumer.poll(limit: count, timeoutMillis: 100) { found += $0.map(body) }
    }
    return found
  }

  @Test func headersAreFoundByName() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    let producer = try makeProducer(cluster)
    let headers = KafkaHeaders()
    headers.set("present", "yes")
    headers.set("empty", "")
    try producer.produce(producer.topic("calls"), key: "", value: "x", headers: headers)
    try producer.flush(timeoutMillis: waitMillis)
    let found = try read(1, cluster, group: "headers") { record -> [Int?] in
      let name = "present"
      return [
        record.header("present")?.count, record.header(name)?.count, record.header("empty")?.count,
        record.header("absent")?.count, record.topicIndex,
      ]
    }
    #expect(found == [[3, 3, 0, nil, -1]])
  }

  @Test func appendedHeadersComeBackAsTheyWere() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    let producer = try makeProducer(cluster)
    let headers = KafkaHeaders()
    for text in ["one", "two"] { headers.append("trace", Array(text.utf8)) }
    headers.append("null", nil)
    headers.append("empty", [])
    headers.set("kind", "call")
    try producer.produce(producer.topic("calls"), key: "", value: "x", headers: headers)
    // Setting one changes the last of that name, which is the one that readers find.
    headers.set("trace", "three")
    headers.set("null", "")
    try producer.produce(producer.topic("calls"), key: "", value: "x", headers: headers)
    try producer.flush(timeoutMillis: waitMillis)
    let found = try read(2, cluster, group: "appended") { record in
      var texts: [String] = []
      record.forEachHeader { name, value in
        let text = value.map { String(decoding: $0, as: UTF8.self) } ?? "(null)"
        texts.append("\(String(cString: name))=\(text)")
      }
      return texts
    }
    #expect(
      found == [
        ["trace=one", "trace=two", "null=(null)", "empty=", "kind=call"],
        ["trace=one", "trace=three", "null=", "empty=", "kind=call"],
      ])
  }

  @Test func firstOffsetsAreLookedUpWithinTheTime() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 2)
    let producer = try makeProducer(cluster)
    try producer.produce(producer.topic("calls"), partition: 0, key: "k", value: "v")
    try producer.flush(timeoutMillis: waitMillis)
    let partitions = TopicPartition.all(of: "calls", count: 2)
    let consumer = try makeConsumer(cluster, group: "first")
    #expect(try consumer.firstOffsets([], timeoutMillis: waitMillis).isEmpty)
    let found = try consumer.firstOffsets(partitions, timeoutMillis: waitMillis)
    #expect(found == [partitions[0]: 0, partitions[1]: 0])
    let missing = kafkaError {
      _ = try consumer.firstOffsets(TopicPartition.all(of: "calls", count: 3), timeoutMillis: waitMillis)
    }
    #expect(missing?.name == "_UNKNOWN_PARTITION")
    #expect(missing?.message.contains("calls[2]") == true)

    try cluster.setBroker(1, isUp: false)
    let begun = ContinuousClock.now
    let error = kafkaError { _ = try consumer.firstOffsets(partitions, timeoutMillis: 500) }
    #expect(error?.isRetriable == true)
    #expect(ContinuousClock.now - begun < .milliseconds(Int(waitMillis)))
  }

  @Test func whatPassesWhenPartitionsMoveIsRetriable() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    let consumer = try makeConsumer(cluster, group: "moving")
    let partitions = TopicPartition.all(of: "calls", count: 1)
    // UNKNOWN_TOPIC_OR_PART, REPLICA_NOT_AVAILABLE, KAFKA_STORAGE_ERROR and OFFSET_NOT_AVAILABLE
    for code: Int32 in [3, 9, 56, 78] {
      cluster.pushRequestErrors(apiKey: KafkaMockCluster.Request.listOffsets, [code])
      let error = kafkaError { _ = try consumer.firstOffsets(partitions, timeoutMillis: waitMillis) }
      #expect(error?.code == code)
      #expect(error?.isRetriable == true)
      cluster.clearRequestErrors(apiKey: KafkaMockCluster.Request.listOffsets)
      #expect(try consumer.firstOffsets(partitions, timeoutMillis: waitMillis) == [partitions[0]: 0])
    }
  }

  @Test func committedOffsetsAndMetadataComeBack() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 2)
    let producer = try makeProducer(cluster)
    let topic = try producer.topic("calls")
    for index in 0..<5 { try producer.produce(topic, partition: 0, key: "k", value: "\(index)") }
    try producer.flush(timeoutMillis: waitMillis)

    let zero = TopicPartition(topic: "calls", partition: 0)
    let one = TopicPartition(topic: "calls", partition: 1)
    let first = try makeConsumer(cluster, group: "commits")
    #expect(try first.committed([zero, one], timeoutMillis: waitMillis).isEmpty)
    try first.commitSync([(zero, 3, metadata: "v1;stand=42")])
    first.close()

    let second = try makeConsumer(cluster, group: "commits")
    let committed = try second.committed([zero, one], timeoutMillis: waitMillis)
    #expect(committed.count == 1)
    let entry = try #require(committed[zero])
    #expect(entry.offset == 3)
    #expect(entry.metadata == "v1;stand=42")
    try second.assign([(zero, entry.offset)])
    var heard = Heard()
    #expect(try second.poll(into: &heard) { $0.records.count == 2 })
    #expect(heard.records.map(\.value) == ["3", "4"])
    second.close()
  }

  @Test func secondMemberTakesOverHalf() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 2)
    let first = try makeConsumer(cluster, group: "share", instance: "first")
    try first.subscribe(["calls"])
    var heard = Heard()
    #expect(try first.poll(into: &heard) { !$0.events.isEmpty })
    let both = [TopicPartition(topic: "calls", partition: 0), TopicPartition(topic: "calls", partition: 1)]
    #expect(heard.events == [.assigned(both)])
    try first.assign(both.map { ($0, KafkaConsumer.beginning) })

    let second = try makeConsumer(cluster, group: "share", instance: "second")
    try second.subscribe(["calls"])
    var other = Heard()
    heard.events = []
    // A revocation is answered only after the poll, and assignments follow for both. On a busy machine the group may
    // rebalance more than once; what counts is where it settles, and that nobody gives up what it did not hold.
    let deadline = ContinuousClock.now + .milliseconds(Int(waitMillis))
    var isRevoked = false
    var held: [Bool: Set<TopicPartition>] = [true: Set(both), false: []]
    while held.values.contains(where: { $0.count != 1 }), ContinuousClock.now < deadline {
      for (consumer, isFirst) in [(first, true), (second, false)] {
        _ = consumer.poll(limit: 10, timeoutMillis: 20) { _ in }
        for event in consumer.takeEvents() {
          switch event {
          case .assigned(let partitions):
            try consumer.assign(partitions.map { ($0, KafkaConsumer.beginning) })
            held[isFirst] = Set(partitions)
          case .revoked(let partitions):
            #expect(Set(partitions) == held[isFirst])
            held[isFirst] = []
            isRevoked = true
            try consumer.unassign()
          case .lost, .failed, .fatal: other.events.append(event)
          case .endOfPartition: break
          }
        }
      }
    }
    #expect(isRevoked)
    #expect(held[true]?.union(held[false] ?? []) == Set(both))
    #expect(other.events == [])
    #expect(first.close())
    #expect(second.close())
  }

  @Test func rebalanceEndsThePollAndCloseAnswersIt() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    let consumer = try makeConsumer(cluster, group: "pending")
    try consumer.subscribe(["calls"])
    // One poll suffices: a rebalance ends it well before its time is over.
    let start = ContinuousClock.now
    #expect(consumer.poll(limit: 1, timeoutMillis: 60_000) { _ in } == 0)
    #expect(ContinuousClock.now - start < .milliseconds(Int(waitMillis)))
    #expect(consumer.takeEvents() == [.assigned([TopicPartition(topic: "calls", partition: 0)])])
    #expect(consumer.close())
    #expect(consumer.close())
  }

  @Test func missingOffsetNamesThePartition() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    let consumer = try makeConsumer(cluster, group: "range")
    let partition = TopicPartition(topic: "calls", partition: 0)
    try consumer.assign([(partition, 999)])
    var heard = Heard()
    #expect(try consumer.poll(into: &heard) { !$0.events.isEmpty })
    guard case .failed(let error)? = heard.events.first else {
      Issue.record("Expected a failure, got \(heard.events).")
      return
    }
    #expect(error.name == "_AUTO_OFFSET_RESET")
    #expect(error.message.contains("calls[0]"))
    #expect(!error.isFatal)
  }

  @Test func unreachableBrokersAreReported() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    var lines: [String] = []
    let consumer = try KafkaConsumer(
      brokers: cluster.bootstrap, group: "down", instance: nil, settings: []
    ) { _, _, text in lines.append(text) }
    #expect(try consumer.partitionCount(of: "calls", timeoutMillis: waitMillis) == 1)
    try cluster.setBroker(1, isUp: false)
    var heard = Heard()
    #expect(try consumer.poll(into: &heard) { !$0.events.isEmpty })
    guard case .failed(let error)? = heard.events.first else {
      Issue.record("Expected a failure, got \(heard.events).")
      return
    }
    #expect(error.isRetriable)
    #expect(error.message.contains("down"))
    _ = consumer.poll(limit: 1, timeoutMillis: 0) { _ in }
    #expect(!lines.isEmpty)
  }
}
