import UnrollCore

/// Items that tell two backends apart.
extension PredictionTable {
  /// Of every task the test items that more than half of the seeds of one backend get wholly right, and at most half of the other's, as
  /// lines to be read: how many there are, and of the first ones text, truth, and what either predicted.
  ///
  /// - Parameters:
  ///   - right: the backend whose items they are, as the table's head names it.
  ///   - wrong: the one that misses them.
  ///   - limit: items of a task that are shown.
  public func differences(right: String, wrong: String, limit: Int) -> String {
    tasks.map { task in
      let sides = [right, wrong].map { name in task.runs.filter { $0.backend == name } }
      guard task.areCounted else { return "\(task.title): its items are never wholly right\n" }
      guard !sides.contains(where: \.isEmpty) else { return "\(task.title): one of the two left no predictions\n" }
      let found = task.items.indices.filter { task.isSolved($0, by: sides[0]) && !task.isSolved($0, by: sides[1]) }
      let head =
        "\(task.title): \(right) right and \(wrong) wrong on \(found.count) of \(task.items.count.counted("test item"))\n"
      return head + found.prefix(limit).map { "\n" + task.example($0, sides) }.joined()
    }.joined(separator: "\n")
  }
}

extension TaskPredictions {
  fileprivate func isSolved(_ item: Int, by runs: [Run]) -> Bool { 2 * hits(item, runs) > runs.count }

  private func hits(_ item: Int, _ runs: [Run]) -> Int { runs.count { $0.said[item] == truths[item] } }

  fileprivate func example(_ item: Int, _ sides: [[Run]]) -> String {
    let rates = sides.map { "\(hits(item, $0)) of \($0.count) seeds of \($0[0].backend)" }
    let lines = [
      ("text", items[item].text), ("truth", truths[item]), (sides[0][0].backend, truths[item]),
      (sides[1][0].backend, usualMistake(item, sides[1])),
    ]
    let (names, texts) = (Columns.padded(lines.map(\.0)), Columns.aligned(lines.map(\.1)))
    return "item \(item + 1), right for \(rates.joined(separator: " and "))\n"
      + zip(names, texts).map { "  \($0)  \($1.printable.replacing("\n", with: " "))\n" }.joined()
  }

  /// What is said most often instead of the truth; of what is said equally often what the first run says.
  private func usualMistake(_ item: Int, _ runs: [Run]) -> String {
    let said = runs.map { $0.said[item] }.filter { $0 != truths[item] }
    let counts = said.map { text in said.count { $0 == text } }
    return said[counts.firstIndex(of: counts.max()!)!]
  }
}

/// Texts below each other.
private enum Columns {
  static func padded(_ texts: [String]) -> [String] {
    let width = texts.map(\.count).max() ?? 0
    return texts.map { $0 + String(repeating: " ", count: width - $0.count) }
  }

  /// Word below word where all have as many.
  static func aligned(_ texts: [String]) -> [String] {
    let words = texts.map { $0.split(separator: " ", omittingEmptySubsequences: false).map(String.init) }
    guard let count = words.first?.count, count > 1, words.allSatisfy({ $0.count == count }) else { return texts }
    let columns = (0..<count).map { place in padded(words.map { $0[place] }) }
    return texts.indices.map { row in
      let line = columns.map { $0[row] }.joined(separator: " ")
      return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
    }
  }
}
