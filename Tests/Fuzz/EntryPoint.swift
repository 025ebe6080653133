import Foundation

/// libFuzzer calls this from its own `main`, on one thread.
nonisolated(unsafe) private let bench: FuzzBench = {
  let name = ProcessInfo.processInfo.environment["NADI_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    preconditionFailure("NADI_FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue)).")
  }
  do {
    return try FuzzBench(target)
  } catch {
    preconditionFailure("The bench stands: \(error).")
  }
}()

/// libFuzzer calls this before it reads its corpora; `NADI_FUZZ_EVENTS` and `NADI_FUZZ_SEEDS` are folders.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzInitialize(_ argc: UnsafeMutableRawPointer?, _ argv: UnsafeMutableRawPointer?) -> CInt {
  let environment = ProcessInfo.processInfo.environment
  guard let events = environment["NADI_FUZZ_EVENTS"], let seeds = environment["NADI_FUZZ_SEEDS"] else {
    return 0
  }
  do {
    try bench.writeSeeds(events: events, to: seeds)
  } catch {
    preconditionFailure("The seeds can be written: \(error).")
  }
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  bench.run(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
