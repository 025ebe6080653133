import Simulator

/// One record for an input topic, with the partition it goes to.
struct InputRecord: Sendable {
  var partition: Int32
  var key: [UInt8]
  var value: [UInt8]
  var timestampMillis: Int64
  var headers: [(name: String, value: String)] = []
}

/// Input that several tests share.
enum Input {
  static let partitionCount = 4
  /// A Monday morning in the zone of the simulated organisation.
  static let start: Int64 = 1_740_963_600_000

  /// What a small organisation does, in order of arrival.
  static func simulated(
    _ count: Int, seed: UInt64 = 7, malformedShare: Double = 0.02, eventGapSeconds: Double = 900
  ) -> [InputRecord] {
    var settings = SimulatorSettings(seed: seed, start: start)
    settings.regions = 2
    settings.teams = 3
    settings.reps = 6
    settings.accounts = 30
    settings.cycleMedianDays = 0.3
    settings.eventGapSeconds = eventGapSeconds
    settings.duplicateShare = 0.03
    settings.malformedShare = malformedShare
    var simulation = Simulation(settings)
    return (0..<count).map { _ in
      let record = simulation.next()
      return InputRecord(
        partition: partition(of: record.key), key: record.key, value: record.value,
        timestampMillis: record.arrivalAt)
    }
  }

  static func partition(of key: [UInt8]) -> Int32 {
    var hash: UInt32 = 2_166_136_261
    for byte in key { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return Int32(hash % UInt32(partitionCount))
  }

  /// A call that no row stands for.
  static func call(_ id: String, rep: String, at time: String, partition: Int32 = 0, extra: String = "")
    -> InputRecord
  {
    let value =
      #"{"id":"\#(id)","entity":"activity","op":"upsert","occurredAt":"\#(time)","#
      + #""data":{"kind":"call","status":"completed","ownerId":"\#(rep)"\#(extra)}}"#
    return InputRecord(
      partition: partition, key: Array(id.utf8), value: Array(value.utf8),
      timestampMillis: start + 30 * 86_400_000)
  }
}
