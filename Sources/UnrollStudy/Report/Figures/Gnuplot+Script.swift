import UnrollCore

/// Words of gnuplot's language.
extension Gnuplot {
  /// An expression whose value is the text. Between single quotes gnuplot reads neither escapes nor commands; the single quotes of
  /// the text stand between double ones, since gnuplot misreads two of them at the beginning.
  static func quoted(_ text: String) -> String {
    let line = String(text.printable.map { $0.isNewline ? " " : $0 })
    return line.split(separator: "'", omittingEmptySubsequences: false).map { "'\($0)'" }.joined(separator: ".\"'\".")
  }

  /// A named block of numbers; nil is an empty line, which ends a curve.
  static func data(_ name: String, _ rows: [[Double]?]) -> String {
    let lines = rows.map { $0.map { $0.map(Digits.plain).joined(separator: " ") } ?? "" }
    return (["$\(name) << END"] + lines + ["END"]).joined(separator: "\n")
  }
}
