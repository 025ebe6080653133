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

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  bench.run(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
