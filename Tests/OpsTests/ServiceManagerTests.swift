import Logging
import Testing

@testable import Service

/// The notification protocol over real datagram sockets.
@Suite struct ServiceManagerTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  @Test(arguments: [false, true])
  func messagesArrive(isAbstract: Bool) throws {
    let receiver = try DatagramReceiver(isAbstract: isAbstract)
    let manager = ServiceManager(
      environment: ["NOTIFY_SOCKET": receiver.address, "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "7"],
      process: 7, logger: logger)
    manager.turn(RunStatus(phase: .running))
    let ready = try #require(receiver.next())
    #expect(ready["READY"] == "1")
    #expect(ready["WATCHDOG"] == "1")
    let before = WallClock.steadyMicros()
    manager.reloading()
    let reloading = try #require(receiver.next())
    #expect(reloading["RELOADING"] == "1")
    let time = try #require(reloading["MONOTONIC_USEC"].flatMap { Int64($0) })
    #expect((before...WallClock.steadyMicros()).contains(time))
    manager.reloaded("2 metrics added")
    #expect(try #require(receiver.next()) == ["READY": "1", "STATUS": "2 metrics added"])
    manager.turn(RunStatus(phase: .stopping))
    #expect(try #require(receiver.next())["STOPPING"] == "1")
  }

  @Test func aWatchdogForAnotherProcessIsNotFed() throws {
    let receiver = try DatagramReceiver(isAbstract: true)
    let manager = ServiceManager(
      environment: ["NOTIFY_SOCKET": receiver.address, "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "8"],
      process: 7, logger: logger)
    manager.turn(RunStatus(phase: .running))
    #expect(try #require(receiver.next())["WATCHDOG"] == nil)
  }

  @Test func withoutASocketNothingIsSaid() {
    let manager = ServiceManager(environment: [:], process: 7, logger: logger)
    manager.turn(RunStatus(phase: .running))
  }

  @Test func aSocketThatIsGoneDoesNotStopTheService() throws {
    let socket = try NotifySocket("/nowhere/notify")
    #expect(socket.send("READY=1") != 0)
    let manager = ServiceManager(
      environment: ["NOTIFY_SOCKET": "/nowhere/notify"], process: 7, logger: logger)
    manager.turn(RunStatus(phase: .running))
  }

  @Test(arguments: ["", "@", "vsock:2:1", "relative/path", "/" + String(repeating: "x", count: 200)])
  func addressesOfOtherFormsAreRefused(address: String) {
    #expect(throws: NotifySocket.Fault.self) { _ = try NotifySocket(address) }
  }
}
