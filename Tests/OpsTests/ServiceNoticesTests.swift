import Testing

@testable import Service

/// What a service manager is told, turn by turn.
@Suite struct ServiceNoticesTests {
  private static func lines(_ message: String?) -> [String] {
    message.map { $0.split(separator: "\n").map(String.init) } ?? []
  }

  private static func status(_ phase: RunStatus.Phase, read: UInt64 = 0, lag: Int64 = 0) -> RunStatus {
    var status = RunStatus(phase: phase)
    status.books.read = read
    status.lag = lag
    return status
  }

  @Test func readyOnlyWhenRestoredAndAssigned() {
    var notices = ServiceNotices(hasWatchdog: false)
    #expect(
      Self.lines(notices.turn(Self.status(.waiting), nowMicros: 0)) == [
        "STATUS=waiting for the brokers and for partitions"
      ])
    #expect(notices.turn(Self.status(.waiting), nowMicros: 1_000_000) == nil)
    let begun = Self.lines(notices.turn(Self.status(.restoring), nowMicros: 2_000_000))
    #expect(begun == ["EXTEND_TIMEOUT_USEC=300000000", "STATUS=restoring the state"])
    #expect(!notices.isReady)
    let advanced = Self.lines(
      notices.turn(Self.status(.restoring, read: 250, lag: 750), nowMicros: 8_000_000))
    #expect(
      advanced == ["EXTEND_TIMEOUT_USEC=300000000", "STATUS=restoring: 250 of about 1000 events, 25 %"])
    #expect(
      notices.turn(Self.status(.restoring, read: 250, lag: 750), nowMicros: 9_000_000) == nil,
      "without progress the start is not given more time")
    let ready = Self.lines(notices.turn(Self.status(.running, read: 1_000), nowMicros: 10_000_000))
    #expect(ready.first == "READY=1")
    #expect(
      !Self.lines(notices.turn(Self.status(.running, read: 1_000), nowMicros: 20_000_000))
        .contains("READY=1"), "ready is said once")
  }

  @Test func restoringAgainLaterIsNotAStart() {
    var notices = ServiceNotices(hasWatchdog: false)
    _ = notices.turn(Self.status(.running), nowMicros: 0)
    let again = Self.lines(notices.turn(Self.status(.restoring), nowMicros: 1_000_000))
    #expect(again == ["STATUS=restoring the state"])
  }

  @Test func theWatchdogIsFedByTurnsOnly() {
    var notices = ServiceNotices(hasWatchdog: true)
    _ = notices.turn(Self.status(.running), nowMicros: 0)
    #expect(notices.turn(Self.status(.running), nowMicros: 1_000_000) == "WATCHDOG=1")
    #expect(!notices.reloading(nowMicros: 1_500_000).contains("WATCHDOG"))
    #expect(!notices.reloaded("done").contains("WATCHDOG"))
    var unwatched = ServiceNotices(hasWatchdog: false)
    _ = unwatched.turn(Self.status(.running), nowMicros: 0)
    #expect(unwatched.turn(Self.status(.running), nowMicros: 1_000_000) == nil)
  }

  @Test func reloadCarriesItsTime() {
    let notices = ServiceNotices(hasWatchdog: false)
    #expect(
      Self.lines(notices.reloading(nowMicros: 77)).prefix(2) == ["RELOADING=1", "MONOTONIC_USEC=77"])
    #expect(Self.lines(notices.reloaded("kept\nthe old")) == ["READY=1", "STATUS=kept the old"])
  }

  @Test func stoppingIsTheLastWord() {
    var notices = ServiceNotices(hasWatchdog: true)
    _ = notices.turn(Self.status(.running), nowMicros: 0)
    let stopping = Self.lines(notices.turn(Self.status(.stopping), nowMicros: 1))
    #expect(stopping.first == "STOPPING=1")
    #expect(notices.turn(Self.status(.stopping), nowMicros: 90_000_000) == nil)
    #expect(notices.turn(Self.status(.running), nowMicros: 90_000_000) == nil)
  }
}
