import Foundation
import Web

/// What one look at a running daemon sees.
struct TopLook: Sendable {
  /// The members of `/api/v1/state` that are shown.
  struct State: Decodable, Sendable {
    struct Books: Decodable, Sendable {
      var read: UInt64
      var counted: UInt64
      var duplicate: UInt64
      var late: UInt64
      var filtered: UInt64
      var rejected: UInt64
      var isBalanced: Bool
    }

    struct Check: Decodable, Sendable {
      var name: String
      var isPassed: Bool
      var detail: String
    }

    var version: String
    var group: String
    var phase: String
    var isReady: Bool
    var checks: [Check]
    var now: String
    var lag: Int64
    var watermark: String?
    var books: Books
    var updates: UInt64
    var commits: UInt64
    var deadLetters: UInt64
    var deadLettersByReason: [String: UInt64]
    var cells: Int
    var rows: Int
    var snapshots: UInt64
  }

  /// The members of `/api/v1/tasks` that are shown.
  struct Task: Decodable, Sendable {
    var topic: String
    var partition: Int
    var position: Int64
    var lag: Int64?
    var streamTime: String?
    var watermark: String?
    var isRestoring: Bool
    var books: State.Books
  }

  private struct Tasks: Decodable {
    var tasks: [Task]
  }

  private struct Updates: Decodable {
    var updates: [DemoUpdate]
  }

  var state: State
  var tasks: [Task]
  /// The company's numbers of the newest window that has any.
  var updates: [DemoUpdate]

  static func take(_ client: WebClient, window: String) async throws -> TopLook {
    let decoder = JSONDecoder()
    func get<Document: Decodable>(_ path: String, as type: Document.Type) async throws -> Document {
      try decoder.decode(type, from: Data(try await client.get(path)))
    }
    let updates = try await get(
      "/api/v1/metrics?scope=company&window=\(window)&latest=true&limit=1000", as: Updates.self
    ).updates
    let newest = updates.compactMap(\.window.start).max()
    return TopLook(
      state: try await get("/api/v1/state", as: State.self),
      tasks: try await get("/api/v1/tasks", as: Tasks.self).tasks,
      updates: updates.filter { $0.window.start == newest }.sorted { $0.metric < $1.metric })
  }
}
