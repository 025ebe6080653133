import Foundation

/// What was measured of one job: one line of JSON for programs, and one line of a table for people.
///
/// Encoded as it is, it goes from one process to another; `json` is for others.
public struct BenchLine: Codable, Equatable {
  /// One figure.
  enum Value: Codable, Equatable {
    case text(String)
    case integer(Int)
    /// With so many digits after the point.
    case decimal(Double, Int)
  }

  private struct Figure: Codable, Equatable {
    var name: String
    var value: Value
  }

  private var figures: [Figure]

  init(bench: String, job: String) {
    figures = [Figure(name: "bench", value: .text(bench)), Figure(name: "job", value: .text(job))]
  }

  /// Adds a figure; JSON gets it under the name.
  mutating func add(_ name: String, _ value: Value) {
    figures.append(Figure(name: name, value: value))
  }

  /// Adds a number with so many digits after the point.
  mutating func add(_ name: String, _ value: Double, _ digits: Int) {
    // What is no number has no text.
    guard value.isFinite else { return }
    add(name, .decimal(value, digits))
  }

  /// Adds bytes as mebibytes with so many digits after the point.
  mutating func add(_ name: String, bytes: Double, _ digits: Int) { add(name, bytes / 1_048_576, digits) }

  mutating func add(_ name: String, _ value: Int) { add(name, .integer(value)) }

  /// One JSON object.
  public var json: String {
    "{" + figures.map { "\"\($0.name)\":\(Self.json($0.value))" }.joined(separator: ",") + "}"
  }

  /// The figure as a cell of a table, or a dash where there is none.
  func cell(_ name: String) -> String {
    guard let value = figures.first(where: { $0.name == name })?.value else { return "-" }
    switch value {
    case .text(let text): return text
    case .integer(let number): return Self.grouped(String(number))
    case .decimal(let number, let digits):
      let parts = String(format: "%.\(digits)f", number).split(separator: ".")
      return ([Self.grouped(String(parts[0]))] + parts.dropFirst().map(String.init)).joined(separator: ".")
    }
  }

  private static func json(_ value: Value) -> String {
    switch value {
    case .integer(let number): return String(number)
    case .decimal(let number, let digits): return String(format: "%.\(digits)f", number)
    case .text(let text):
      let escaped = text.unicodeScalars.map { scalar -> String in
        switch scalar {
        case "\"", "\\": "\\\(scalar)"
        case _ where scalar.value < 0x20: String(format: "\\u%04x", scalar.value)
        default: String(scalar)
        }
      }
      return "\"\(escaped.joined())\""
    }
  }

  private static func grouped(_ digits: String) -> String {
    let isNegative = digits.hasPrefix("-")
    var rest = isNegative ? digits.dropFirst() : digits[...]
    var groups: [Substring] = []
    while rest.count > 3 {
      groups.insert(rest.suffix(3), at: 0)
      rest = rest.dropLast(3)
    }
    return (isNegative ? "-" : "") + ([rest] + groups).joined(separator: ",")
  }
}
