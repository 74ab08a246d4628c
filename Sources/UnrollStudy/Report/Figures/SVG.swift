import UnrollCore

/// gnuplot's drawing made fit for a report: readable in light and dark, without traces of the program's version.
enum SVG {
  /// The grid's colour on a light page; gnuplot needs one that nothing else has.
  static let gridColour = "#d8dee4"
  /// Of text, axes and the baseline's line on a light page.
  private static let ink = (light: "#24292f", dark: "#e6edf3")
  private static let gridDark = "#3d444d"

  /// The drawing with a title and style sheet of its own; the background stays transparent.
  static func finished(_ raw: String, title: String) -> String {
    var lines: [Substring] = []
    for line in raw.split(separator: "\n", omittingEmptySubsequences: true) where !line.contains("<desc>Produced by") {
      if line.hasPrefix("<title>") {
        lines += ["<title>\(escape(title))</title>", "<style>", Substring(style), "</style>"]
      } else if line == "</g>", let last = lines.last, last.hasPrefix("<g fill="), last.hasSuffix(">") {
        lines.removeLast()  // gnuplot opens many groups for nothing
      } else {
        lines.append(line)
      }
    }
    return tidy(lines.joined(separator: "\n")) + "\n"
  }

  /// Whether a drawing is one that `finished` has made.
  static func isFinished(_ svg: String) -> Bool { svg.contains("<style>\n\(inks(ink.light))\n") }

  /// Attribute selectors over gnuplot's own attributes: a drawing stays right where style sheets are not read.
  private static var style: String {
    let dark = [(light: gridColour, dark: gridDark)] + Look.colours
    let rules = dark.flatMap { pair in
      ["stroke", "fill", "color"].map { "[\($0)='\(pair.light)'] { \($0): \(pair.dark) }" }
    }
    return inks(ink.light) + "\n@media (prefers-color-scheme: dark) {\n"
      + ([inks(ink.dark)] + rules).joined(separator: "\n") + "\n}"
  }

  private static func inks(_ colour: String) -> String {
    ["stroke", "fill", "color"].map { "[\($0)='black'] { \($0): \(colour) }" }.joined(separator: " ")
  }

  /// Colours as six digits, no tool tips with gnuplot's own numbering.
  private static func tidy(_ svg: String) -> String {
    var text = svg.replacing(#/<title>gnuplot_plot_[0-9a-z]*</title>/#, with: "")
    text = text.replacing(#/rgb\( *([0-9]{1,3}), *([0-9]{1,3}), *([0-9]{1,3})\)/#) { match in
      "#" + hex(Int(match.1)!) + hex(Int(match.2)!) + hex(Int(match.3)!)
    }
    // A name that gnuplot wrote as it stands would not be well-formed.
    return text.replacing("#000000", with: "black").replacing("]]>", with: "]]&gt;")
  }

  private static func hex(_ byte: Int) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }

  private static func escape(_ text: String) -> String {
    text.printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
