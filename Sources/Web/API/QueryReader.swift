import Hummingbird

/// The query of a request, checked against what a route knows.
struct QueryReader {
  let values: [String: String]

  /// - Throws: a 400 for parameters that are unknown, repeated or too long.
  init(_ request: Request, known: [String]) throws {
    var values: [String: String] = [:]
    for (key, value) in request.uri.queryParameters {
      let name = String(key)
      guard known.contains(name) else {
        throw WebFault(
          .badRequest, "unknown parameter \"\(name.prefix(60))\"",
          remedy: known.isEmpty ? "leave it out" : "known are \(known.joined(separator: ", "))")
      }
      guard values[name] == nil else {
        throw WebFault(.badRequest, "the parameter \"\(name)\" is there twice", remedy: "leave one out")
      }
      values[name] = String(value)
    }
    self.values = values
  }

  func integer(_ name: String, in range: ClosedRange<Int>, default usual: Int) throws -> Int {
    guard let text = values[name] else { return usual }
    guard let number = Int(text), range.contains(number) else {
      throw WebFault(
        .badRequest, "\(name) is no number in range",
        remedy: "write a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// `true` or `false`; the name alone counts as true.
  func flag(_ name: String) throws -> Bool {
    switch values[name] {
    case nil, "false"?: return false
    case ""?, "true"?: return true
    case .some:
      throw WebFault(.badRequest, "\(name) is neither true nor false", remedy: "write true or false")
    }
  }

  func choice(_ name: String, _ choices: [String], default usual: String) throws -> String {
    guard let text = values[name] else { return usual }
    guard choices.contains(text) else {
      throw WebFault(
        .badRequest, "unknown \(name) \"\(text.prefix(60))\"",
        remedy: "write \(choices.joined(separator: ", "))")
    }
    return text
  }

  /// A value that must be there.
  func required(_ name: String, example: String) throws -> String {
    guard let text = values[name], !text.isEmpty else {
      throw WebFault(.badRequest, "the parameter \(name) is missing", remedy: "write \(name)=\(example)")
    }
    return text
  }
}
