/// Text in columns: the first at the left, the others at the right.
struct TextTable {
  private let rows: [[String]]
  /// Letters of a line, at most.
  static let width = 100

  /// - Parameter rows: the head first, all of as many cells.
  init(_ rows: [[String]]) { self.rows = rows }

  /// Columns that do not fit stand in a table of their own below, with the first column again.
  var lines: [String] {
    guard let columns = rows.first?.count, columns > 0 else { return [] }
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max()! }
    var (pieces, used) = ([[Int]](), Int.max)
    for column in 1..<max(1, columns) {
      if used == .max || used + 2 + widths[column] > TextTable.width {
        pieces.append([])
        used = widths[0]
      }
      pieces[pieces.count - 1].append(column)
      used += 2 + widths[column]
    }
    let tables = pieces.map { piece in rows.map { line([0] + piece, $0, widths) } }
    return Array(tables.joined(separator: [""]))
  }

  private func line(_ columns: [Int], _ row: [String], _ widths: [Int]) -> String {
    let cells = columns.map { column in
      let space = String(repeating: " ", count: widths[column] - row[column].count)
      return column == 0 ? row[column] + space : space + row[column]
    }
    return cells.joined(separator: "  ")
  }
}
