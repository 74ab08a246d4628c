/// Words of gnuplot's language.
extension Gnuplot {
  /// A string in which gnuplot reads neither escapes nor commands.
  static func quoted(_ text: String) -> String {
    let line = text.map { $0.isNewline ? " " : String($0) }.joined()
    return "'" + line.replacing("'", with: "''") + "'"
  }

  /// What every figure begins with: terminal, frame and grid.
  static func preamble(width: Int, height: Int) -> [String] {
    [
      "set terminal svg size \(width),\(height) font 'sans-serif,13' noenhanced",
      "set encoding utf8",
      "set border 3 lw 0.8",
      "set tics nomirror out scale 0.5",
      "set grid xtics ytics lt 1 dt 1 lw 0.6 lc rgb '\(SVG.gridColour)'",
      "set pointintervalbox 0",
    ]
  }

  /// A named block of numbers; nil inside is an empty line, which ends a curve.
  static func data(_ name: String, _ rows: [[Double]?]) -> String {
    let lines = rows.map { $0.map { $0.map(Digits.plain).joined(separator: " ") } ?? "" }
    return (["$\(name) << END"] + lines + ["END"]).joined(separator: "\n")
  }

  /// Pixels that a legend with these names takes.
  static func legendWidth(_ names: [String]) -> Int { 62 + 15 * (names.map(\.count).max() ?? 0) / 2 }
}
