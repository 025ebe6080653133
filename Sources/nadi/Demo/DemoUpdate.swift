import Foundation

/// The members of a published update that the display shows.
struct DemoUpdate: Decodable, Sendable {
  struct Window: Decodable, Sendable {
    var grain: String
    /// RFC 3339; nil for all time.
    var start: String?
    var label: String
    var state: String
  }

  struct Parent: Decodable, Sendable {
    var scopeId: String?
  }

  var metric: String
  var unit: String
  var currency: String?
  var scope: String
  var scopeId: String
  var parent: Parent?
  var window: Window
  /// Nil when there is none, or when it is withheld.
  var value: Decimal?
  var n: Decimal?

  private enum CodingKeys: String, CodingKey {
    case metric, unit, currency, scope, scopeId, parent, window, value, n
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    metric = try members.decode(String.self, forKey: .metric)
    unit = try members.decode(String.self, forKey: .unit)
    currency = try members.decodeIfPresent(String.self, forKey: .currency)
    scope = try members.decode(String.self, forKey: .scope)
    scopeId = try members.decode(String.self, forKey: .scopeId)
    parent = try members.decodeIfPresent(Parent.self, forKey: .parent)
    window = try members.decode(Window.self, forKey: .window)
    n = try members.decodeIfPresent(Decimal.self, forKey: .n)
    if unit == "money" || unit == "money_per_day" {
      value = try members.decodeIfPresent(String.self, forKey: .value).flatMap { Decimal(string: $0) }
    } else {
      value = try members.decodeIfPresent(Decimal.self, forKey: .value)
    }
  }

  /// Whether the display shows the cell of this key, `metric|scope|scopeId|grain|start`.
  static func isShown(key: UnsafeRawBufferPointer) -> Bool {
    let parts = key.split(separator: UInt8(ascii: "|"), maxSplits: 4)
    guard parts.count >= 4 else { return false }
    let isMonth = parts[3].elementsEqual("month".utf8)
    if parts[1].elementsEqual("company".utf8) { return true }
    if parts[1].elementsEqual("stage".utf8) { return parts[0].starts(with: "stage_".utf8) }
    if parts[1].elementsEqual("team".utf8) { return isMonth && parts[0].elementsEqual("win_rate".utf8) }
    guard isMonth, parts[1].elementsEqual("rep".utf8) else { return false }
    return parts[0].elementsEqual("revenue".utf8) || parts[0].elementsEqual("deals_won".utf8)
  }
}
