import Foundation
import Synchronization
import Testing

@testable import Service

/// That what cannot be written is an error with its reason, and that nothing is lost where somebody reads slowly.
@Suite struct StandardStreamTests {
  private static func pipeEnds() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  @Test func fullDevice() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    let stream = StandardStream(descriptor: descriptor, name: "standard output", isPatient: true)
    #expect(throws: POSIXFault(call: "write", path: "standard output", code: ENOSPC)) {
      try stream.write("x\n")
    }
  }

  @Test func closedDescriptor() throws {
    let stream = StandardStream(descriptor: 1_000_000, name: "standard error", isPatient: false)
    #expect(throws: POSIXFault(call: "write", path: "standard error", code: EBADF)) { try stream.write("x") }
  }

  @Test func readerThatHasGone() throws {
    signal(SIGPIPE, SIG_IGN)
    let (reader, writer) = try Self.pipeEnds()
    close(reader)
    defer { close(writer) }
    let stream = StandardStream(descriptor: writer, name: "standard output", isPatient: true)
    #expect(throws: POSIXFault(call: "write", path: "standard output", code: EPIPE)) { try stream.write("x") }
  }

  @Test func aFullPipeIsWaitedForByThePatientOnly() throws {
    let (reader, writer) = try Self.pipeEnds()
    try #require(fcntl(writer, F_SETFL, O_NONBLOCK) == 0)
    let text = String(repeating: "0123456789", count: 50_000)
    let log = StandardStream(descriptor: writer, name: "standard error", isPatient: false)
    #expect(throws: POSIXFault(call: "write", path: "standard error", code: EAGAIN)) { try log.write(text) }
    let received = Mutex(Data())
    let isRead = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let all = try? FileHandle(fileDescriptor: reader, closeOnDealloc: true).readToEnd()
      received.withLock { $0 = all ?? Data() }
      isRead.signal()
    }
    try StandardStream(descriptor: writer, name: "standard output", isPatient: true).write(text + "end")
    close(writer)
    isRead.wait()
    let all = String(decoding: received.withLock { $0 }, as: UTF8.self)
    #expect(all.hasSuffix(text + "end"))
  }
}
