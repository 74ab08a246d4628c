import UnrollCore

/// GitHub-flavoured Markdown from text that may hold anything.
enum Markdown {
  /// Plain text: nothing in it is read as markup.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for character in text.printable {
      if character.isNewline {
        escaped.append(" ")
      } else if character == "<" {
        escaped += "&lt;"
      } else if character == "&" {
        escaped += "&amp;"
      } else {
        if "\\`*_[]~#".contains(character) { escaped.append("\\") }
        escaped.append(character)
      }
    }
    return escaped
  }

  /// A code span, fenced by more backticks than the text holds in a row.
  static func code(_ text: String) -> String {
    let line = String(text.printable.map { $0.isNewline ? " " : $0 })
    guard !line.isEmpty else { return "" }
    guard line.contains("`") else { return "`\(line)`" }
    let longest = line.split { $0 != "`" }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: longest + 1)
    return "\(fence) \(line) \(fence)"
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ items: [String]) -> String {
    guard items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + items.last!
  }

  /// `1 run`, `2 runs`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(Digits.whole(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A relative address; spaces, brackets and other signs of ASCII would end it or mean something else.
  static func address(_ path: String) -> String {
    path.unicodeScalars.map { sign in
      let isPlain = !sign.isASCII || sign.properties.isAlphabetic || "0123456789-._/".unicodeScalars.contains(sign)
      return isPlain
        ? String(sign) : "%" + (sign.value < 16 ? "0" : "") + String(sign.value, radix: 16, uppercase: true)
    }.joined()
  }

  /// Letters, digits and single hyphens, not too many: a file name.
  static func slug(_ text: String) -> String {
    let words = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return Files.fitted(words.isEmpty ? "unnamed" : words.joined(separator: "-"))
  }
}

/// A table, written column by column aligned in the source too.
struct MarkdownTable: Equatable {
  enum Alignment { case left, right }

  private(set) var titles: [String] = []
  private(set) var alignments: [Alignment] = []
  private(set) var rows: [[String]] = []

  init(_ columns: [(String, Alignment)]) {
    titles = columns.map(\.0)
    alignments = columns.map(\.1)
  }

  /// Adds a row of Markdown cells.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == titles.count, "a row has as many cells as the table has columns")
    rows.append(cells)
  }

  /// Pipes are escaped here, since GitHub reads them before it reads code spans.
  var text: String {
    let grid = ([titles] + rows).map { $0.map(MarkdownTable.cell) }
    let widths = titles.indices.map { column in max(3, grid.map { $0[column].count }.max()!) }
    let lines = grid.map { row in line(row.indices.map { padded(row[$0], widths[$0], alignments[$0]) }) }
    let rule = line(
      widths.indices.map { column in
        String(repeating: "-", count: widths[column] - (alignments[column] == .right ? 1 : 0))
          + (alignments[column] == .right ? ":" : "")
      })
    return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
  }

  private func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

  private func padded(_ text: String, _ width: Int, _ alignment: Alignment) -> String {
    let space = String(repeating: " ", count: width - text.count)
    return alignment == .right ? space + text : text + space
  }

  private static func cell(_ text: String) -> String {
    var cell = ""
    for character in text { cell += character == "|" ? "\\|" : character.isNewline ? " " : String(character) }
    return cell
  }
}
