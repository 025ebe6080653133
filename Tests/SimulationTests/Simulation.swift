import Core

@testable import Service

/// One seeded story: input flows, processes come, crash, are cut off and taken over; then all is healed and drained.
struct Simulation {
  /// What kind of story a seed tells.
  struct Kind {
    var partitions: Int
    var isTransactional: Bool
    var keepsMarks: Bool
    /// Where every partition begins when the first process starts.
    var begin: Int
    /// Old input is deleted as soon as two durable snapshots are ahead of it.
    var hasRetention: Bool
    var failuresPerMille: Int
    var crashesPerMille: Int
    var diskFailuresPerMille: Int
    var steps: Int

    init(_ chance: inout Chance) {
      partitions = chance.number(1...3)
      isTransactional = !chance.happens(150)
      keepsMarks = !chance.happens(200)
      // Without marks nobody knows later that there was nothing to be read before.
      begin = keepsMarks && chance.happens(300) ? chance.number(1...20) : 0
      hasRetention = chance.happens(400)
      failuresPerMille = chance.pick([0, 50, 200, 400])
      crashesPerMille = chance.pick([0, 20, 60])
      diskFailuresPerMille = chance.pick([0, 50, 200])
      steps = chance.number(20...60)
    }
  }

  let kind: Kind
  private let shared: SharedSetup
  private let seed: UInt64
  private let log: SimulatedLog
  private var chance: Chance
  private var feed: SalesFeed
  private var disks: [SimulatedDisk]
  private var processes: [SimulatedProcess] = []
  private var startCount: UInt64 = 0
  private var now = Stamp.start + 4 * 86_400_000
  private var breaches: [String] = []
  private(set) var counts: [String: Int] = [:]

  init(seed: UInt64, _ shared: SharedSetup) {
    var chance = Chance(seed: seed)
    kind = Kind(&chance)
    self.shared = shared
    self.seed = seed
    log = SimulatedLog(
      partitions: kind.partitions, begin: kind.begin, isTransactional: kind.isTransactional,
      keepsMarks: kind.keepsMarks)
    feed = SalesFeed(partitionCount: kind.partitions)
    disks = [SimulatedDisk(seed: seed &+ 7), SimulatedDisk(seed: seed &+ 8)]
    self.chance = chance
  }

  /// Tells the story; returns every promise that was broken.
  mutating func run() -> [String] {
    for disk in disks {
      disk.failuresPerMille = kind.diskFailuresPerMille
      disk.readFailuresPerMille = kind.hasRetention ? 0 : kind.diskFailuresPerMille / 4
      disk.crashesPerMille = kind.crashesPerMille / 2
    }
    for _ in 0..<kind.steps { step() }
    drain()
    judge()
    return breaches + log.breaches
  }

  // MARK: - Story

  private mutating func step() {
    now += Int64(chance.number(1...600_000)) / (chance.happens(700) ? 1_000 : 1)
    for _ in 0..<chance.number(0...4) {
      let (partition, record) = feed.next(now: now, &chance)
      log.append(record, to: partition)
    }
    if processes.isEmpty { start(on: 0) }
    // On another disk with nothing or with old snapshots, which needs the input that retention would delete. Without
    // transactions nothing keeps the former from publishing until it hears of it.
    if processes.count == 1, kind.isTransactional, !kind.hasRetention, chance.happens(120) {
      start(on: processes[0].disk === disks[0] ? 1 : 0)
    }
    // The group misses who is gone after a while, and now and then somebody who is not.
    if processes.contains(where: { $0.number == log.leader }) ? chance.happens(30) : chance.happens(500) {
      log.rebalance(leader: chance.pick(processes).number)
      count("rebalance")
    }
    for process in processes {
      process.port.isCutOff = chance.happens(kind.failuresPerMille / 4)
      do throws(SimulatedProcess.End) {
        if chance.happens(15) {
          try process.stop(now: now)
        } else {
          try process.turn(now: now, reads: chance.number(0...12))
        }
      } catch {
        end(process, error)
      }
      deleteOldInput(process)
    }
  }

  private mutating func start(on disk: Int) {
    startCount += 1
    let process = SimulatedProcess(
      number: Int(startCount), log, shared, disks[disk], seed: seed &* 1_000 &+ startCount * 2)
    process.port.failuresPerMille = kind.failuresPerMille
    process.port.crashesPerMille = kind.crashesPerMille
    processes.append(process)
    count(processes.count > 1 ? "standby" : "start")
  }

  private mutating func end(_ process: SimulatedProcess, _ end: SimulatedProcess.End) {
    processes.removeAll { $0 === process }
    breaches += process.breaches
    counts["take-over from memory", default: 0] += process.warmLeads
    switch end {
    case .crashed:
      count("crash")
      process.disk.restart()
    case .stopped(let reason):
      count("stopped: \(reason)")
      if chance.happens(300) { process.disk.restart() }
    case .faulted(let fault):
      count("fault")
      if fault.code != .inputOutput { breaches.append("could not go on: \(fault)") }
    case .stoppedInOrder:
      count("stopped in order")
      if chance.happens(300) { process.disk.restart() }
    }
  }

  private mutating func deleteOldInput(_ process: SimulatedProcess) {
    guard kind.hasRetention, process.written.count > 1, chance.happens(200) else { return }
    let positions = process.written[process.written.count - 2]
    for (partition, position) in positions.enumerated() { log.delete(before: position, of: partition) }
    count("retention")
  }

  private mutating func count(_ what: String) { counts[what, default: 0] += 1 }

  // MARK: - End

  /// Heals everything and lets one process read to the end, until every window is final.
  private mutating func drain() {
    for disk in disks {
      (disk.failuresPerMille, disk.readFailuresPerMille, disk.crashesPerMille) = (0, 0, 0)
    }
    while processes.count > 1 { end(processes[0], .crashed) }
    for round in 0..<60 {
      now += 1_000
      if round == 40 { now += 3 * 86_400_000 }
      if processes.isEmpty { start(on: 0) }
      let process = processes[0]
      if log.leader != process.number { log.rebalance(leader: process.number) }
      process.port.isCutOff = false
      (process.port.failuresPerMille, process.port.crashesPerMille) = (0, 0)
      do throws(SimulatedProcess.End) {
        try process.turn(now: now, reads: 40)
      } catch {
        end(process, error)
      }
    }
    for process in processes {
      breaches += process.breaches
      counts["take-over from memory", default: 0] += process.warmLeads
    }
  }

  private mutating func judge() {
    let input = log.input.map { Array($0.dropFirst(kind.begin)) }
    let oracle = BatchOracle(input)
    for (partition, offset) in log.committed.enumerated() where offset?.offset != log.end(of: partition) {
      if log.end(of: partition) > kind.begin || offset != nil {
        breaches.append("partition \(partition) is committed to \(offset?.offset ?? -1), not to its end")
      }
    }
    for (key, value) in oracle.values {
      let published = log.last[key]
      let isThere = published?.value == PublishedNumber(millionths: value)
      if !isThere, value != 0 || published != nil {
        breaches.append("\(key) should be \(value), is \(String(describing: published))")
      } else if isThere, key.contains("|hour "), published?.state != .final {
        breaches.append("\(key) never became final: \(String(describing: published))")
      }
    }
    for (key, published) in log.last where oracle.values[key] == nil {
      if !published.value.isNull, published.value.millionths != 0 {
        breaches.append("\(key) should not be there: \(published)")
      }
    }
    let isExact = kind.isTransactional ? log.letters.values.allSatisfy { $0 == 1 } : true
    if log.letters.count != oracle.malformedCount || !isExact {
      breaches.append(
        "\(oracle.malformedCount) dead letters are due; there are \(log.letters.values.sorted())")
    }
    guard let books = processes.first?.tenure?.engine.ledger.books else {
      breaches.append("nobody is left at work")
      return
    }
    let total = input.reduce(0) { $0 + $1.count }
    if books.read != total || books.rejected != oracle.malformedCount || !books.isBalanced {
      breaches.append("the books are \(books) after \(total) records")
    }
  }
}
