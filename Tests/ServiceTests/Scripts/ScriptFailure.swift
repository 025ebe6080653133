/// Where a script and the program differ.
struct ScriptFailure: CustomStringConvertible {
  let path: String
  let line: Int
  let expected: String
  let got: String

  var description: String { "\(path):\(line): expected \(expected), got \(got)" }
}
