import ArgumentParser
import Foundation
import Service
import Synchronization
import Web

/// Where a running daemon answers, for the commands that ask it.
struct DaemonOptions: ParsableArguments {
  @Option(help: "The address of the daemon.")
  var url = "http://127.0.0.1:9465"

  @Option(help: "A file with the token that it asks for.")
  var tokenFile: String?

  @Option(help: "A PEM file of the certificates to trust instead of the system's.")
  var certificates: String?

  func client() throws -> WebClient {
    var token: String?
    if let tokenFile {
      guard let data = FileManager.default.contents(atPath: tokenFile) else {
        throw ServiceFault(
          .usage, "cannot read \(tokenFile)", remedy: "name a readable file with --token-file")
      }
      token = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return try Self.translating { try WebClient(url: url, token: token, certificates: certificates) }
  }

  /// Runs what asks the daemon, on this thread as far as the caller can see.
  static func waiting<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws
    -> Result
  {
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
    Task.detached {
      do {
        let value = try await body()
        outcome.withLock { $0 = .success(value) }
      } catch {
        outcome.withLock { $0 = .failure(error) }
      }
      done.signal()
    }
    done.wait()
    guard let result = outcome.withLock({ $0 }) else {
      preconditionFailure("a task signals after its outcome")
    }
    return try translating { try result.get() }
  }

  private static func translating<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let fault as WebClient.Fault {
      throw ServiceFault(.unavailable, fault.message, remedy: fault.remedy)
    }
  }
}
