import Foundation
import TestSupport
import UnrollCore

/// What the committed reports say of backends, from their tables under "Scores".
struct CommittedVerdicts {
  private struct Verdict {
    let report, task, backend: String
    /// Without its numbers.
    let kind: String

    init(report: String, task: String, backend: String, cell: String) {
      (self.report, self.task, self.backend) = (report, task, backend)
      let text = cell.replacing("*", with: "")
      let ends = [" by ", " (", ", ", ": "].compactMap { text.firstRange(of: $0)?.lowerBound }
      kind = String(text[..<(ends.min() ?? text.endIndex)])
    }
  }

  /// From good to bad.
  private static let order = [
    "alone at the top", "top group", "undecided", "worse", "unstable", "below the baseline", "broke", "not judged",
  ]

  private let all: [Verdict]

  init() throws {
    let folder = Article.root + "/Reports"
    all = try Files.list(folder).filter { $0.hasSuffix(".md") }.sorted().flatMap { name in
      try CommittedVerdicts.read("\(folder)/\(name)", as: name)
    }
  }

  private static func read(_ path: String, as name: String) throws -> [Verdict] {
    var (task, column, found): (String?, Int?, [Verdict]) = (nil, nil, [])
    let lines = String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n")
    for line in lines.drop(while: { $0 != "## Scores" }).dropFirst().prefix(while: { !$0.hasPrefix("## ") }) {
      if line.hasPrefix("### ") { (task, column) = (String(line.dropFirst(4)), nil) }
      guard line.hasPrefix("|") else {
        column = nil
        continue
      }
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      if let head = cells.firstIndex(of: "verdict") { column = head }
      guard let task, let column, cells[0].hasPrefix("`"), column < cells.count else { continue }
      found.append(
        Verdict(report: name, task: task, backend: cells[0].replacing("`", with: ""), cell: cells[column]))
    }
    return found
  }

  /// A line a report: `- `Reports/memory.md`: top group on copying length=10, 30; worse on adding length=60`.
  func lines(of backend: String) -> [String] {
    let own = all.filter { $0.backend == backend }
    return own.map(\.report).unique.map { report in
      let verdicts = own.filter { $0.report == report }
      let parts = CommittedVerdicts.order.compactMap { kind -> String? in
        let tasks = verdicts.filter { $0.kind == kind }.map(\.task)
        return tasks.isEmpty ? nil : "\(kind) on \(CommittedVerdicts.joined(tasks))"
      }
      return "- `Reports/\(report)`: " + parts.joined(separator: "; ")
    }
  }

  /// Values of one option behind their task: `copying length=10, 30`.
  private static func joined(_ tasks: [String]) -> String {
    var (parts, last): ([String], Substring) = ([], "")
    for task in tasks {
      let stem = task.lastIndex(of: "=").map { task[...$0] } ?? ""
      parts.append(stem.isEmpty || stem != last ? task : String(task.dropFirst(stem.count)))
      last = stem
    }
    return parts.joined(separator: ", ")
  }
}
