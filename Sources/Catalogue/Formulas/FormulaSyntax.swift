import Core

/// A formula as it is written, with places; names are not looked up yet.
indirect enum FormulaSyntax {
  enum Operator: Character {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
  }

  case number(Decimal6, offset: Int)
  case name(String, offset: Int)
  case call(String, [FormulaSyntax], offset: Int)
  case operation(Operator, FormulaSyntax, FormulaSyntax, offset: Int)

  /// Where it begins, or where its operator stands, in Unicode scalars from the start of the text.
  var offset: Int {
    switch self {
    case .number(_, let offset), .name(_, let offset), .call(_, _, let offset),
      .operation(_, _, _, let offset):
      offset
    }
  }
}

/// What is wrong with a formula, and where.
struct FormulaFault: Error, Equatable {
  /// In Unicode scalars from the start of the text.
  var offset: Int
  var message: String
  var suggestion: String?
}
