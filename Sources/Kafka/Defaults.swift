/// The settings each client starts from; the application's own come after them and win.
enum Defaults {
  static func consumer(brokers: String, group: String, instance: String?) -> Settings {
    var settings: Settings = [
      ("bootstrap.servers", brokers),
      ("client.id", "nadi"),
      ("group.id", group),
      ("enable.auto.commit", "false"),
      ("enable.auto.offset.store", "false"),
      ("enable.partition.eof", "true"),
      ("isolation.level", "read_committed"),
      ("auto.offset.reset", "error"),
      ("partition.assignment.strategy", "range"),
      ("fetch.wait.max.ms", "10"),
      ("fetch.min.bytes", "1"),
      ("fetch.message.max.bytes", "1048576"),
      ("fetch.max.bytes", "52428800"),
      // Fetching pauses for about a second whenever this queue fills, so it holds over a second of peak.
      ("queued.min.messages", "1000000"),
      ("queued.max.messages.kbytes", "262144"),
      ("check.crcs", "true"),
      ("session.timeout.ms", "45000"),
      ("max.poll.interval.ms", "300000"),
      // Fetches are answered at once; a connection that is silent is dead, and waiting for it is a recovery that waits.
      ("socket.timeout.ms", "10000"),
      ("socket.keepalive.enable", "true"),
      ("socket.nagle.disable", "true"),
    ]
    if let instance { settings.append(("group.instance.id", instance)) }
    return settings
  }

  static func producer(
    brokers: String, transactionalIdentifier: String?, overrides: Settings
  ) -> Settings {
    var settings: Settings = [
      ("bootstrap.servers", brokers),
      ("client.id", "nadi"),
      ("enable.idempotence", "true"),
      ("linger.ms", "5"),
      ("compression.type", "lz4"),
      ("batch.size", "1000000"),
      ("batch.num.messages", "10000"),
      ("delivery.report.only.error", "true"),
      ("socket.keepalive.enable", "true"),
    ]
    guard let transactionalIdentifier else { return settings }
    let transactionMillis =
      overrides.last { $0.name == "transaction.timeout.ms" }.flatMap { Int($0.value) } ?? 60_000
    settings += [
      ("transactional.id", transactionalIdentifier),
      ("transaction.timeout.ms", "\(transactionMillis)"),
      // What is not answered is asked again while there is time to.
      ("socket.timeout.ms", "\(min(15_000, transactionMillis / 2))"),
      // A record must fail before its transaction does, so that the failure is the one reported.
      ("message.timeout.ms", "\(transactionMillis - transactionMillis / 6)"),
    ]
    return settings
  }

  static func admin(brokers: String) -> Settings {
    [("bootstrap.servers", brokers), ("client.id", "nadi"), ("socket.keepalive.enable", "true")]
  }
}
