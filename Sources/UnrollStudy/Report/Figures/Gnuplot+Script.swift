/// Words of gnuplot's language.
extension Gnuplot {
  /// A string in which gnuplot reads neither escapes nor commands.
  static func quoted(_ text: String) -> String {
    let line = text.map { $0.isNewline ? " " : String($0) }.joined()
    return "'" + line.replacing("'", with: "''") + "'"
  }

  /// A named block of numbers; nil is an empty line, which ends a curve.
  static func data(_ name: String, _ rows: [[Double]?]) -> String {
    let lines = rows.map { $0.map { $0.map(Digits.plain).joined(separator: " ") } ?? "" }
    return (["$\(name) << END"] + lines + ["END"]).joined(separator: "\n")
  }
}
