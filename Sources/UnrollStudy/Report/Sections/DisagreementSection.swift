import UnrollStatistics
import UnrollTraining

/// Whether models err on the same test items: two of equal scores may be two halves of a better one.
struct DisagreementSection: ReportSection {
  let title = "Disagreement"

  private let explanation =
    "Of every test item, how many seeds of a backend get it wholly right; of two backends, on how many items more than half of the seeds of one do and "
    + "of the other do not. *Either* is what a choice between the two that is always right would reach. `unroll predictions STUDY --differ A B` "
    + "shows such items, with their texts, where the runs were made."

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.compactMap { task in table(task).map { (task, $0) } }
    guard !tasks.isEmpty else { return [] }
    return [.paragraph(explanation)] + tasks.flatMap { task, table in [task.heading, .table(table)] }
  }

  /// The best backend beside every other; nil where runs do not say which items they got right.
  private func table(_ task: TaskResults) -> MarkdownTable? {
    // Blocks of running text are never wholly right.
    guard task.kind != LanguageModelling.name, let ranking = task.rankings.first, ranking.standings.count > 1 else {
      return nil
    }
    let known = ranking.standings.map(\.backend).compactMap { backend in
      solved(backend).map { (name: backend.name, right: $0) }
    }
    guard let best = known.first, known.count > 1, known.allSatisfy({ $0.right.count == best.right.count }) else {
      return nil
    }
    let count = Double(best.right.count)
    func percent(_ items: Int) -> String { Digits.fixed(100 * Double(items) / count, 1) }
    var table = MarkdownTable([
      ("beside \(Markdown.code(best.name))", .left), ("both right (%)", .right),
      ("only \(Markdown.code(best.name)) (%)", .right), ("only this (%)", .right), ("neither (%)", .right),
      ("either (%)", .right),
    ])
    for other in known.dropFirst() {
      let pairs = zip(best.right, other.right)
      let (both, first) = (pairs.count { $0 && $1 }, pairs.count { $0 && !$1 })
      let (second, neither) = (pairs.count { !$0 && $1 }, pairs.count { !$0 && !$1 })
      table.add([Markdown.code(other.name)] + [both, first, second, neither, both + first + second].map(percent))
    }
    return table
  }

  /// Whether more than half of the seeds get an item wholly right, an entry an item that has targets. Of folds each has one run, and all of them
  /// together have every item.
  private func solved(_ backend: BackendResults) -> [Bool]? {
    let items = backend.finished.compactMap(\.items)
    guard !items.isEmpty, items.count == backend.finished.count else { return nil }
    let parts = (backend.isOfFolds ? items.map { [$0] } : [items]).map(mostlyRight)
    return parts.contains { $0 == nil } ? nil : parts.flatMap { $0! }
  }

  /// By runs on the same items.
  private func mostlyRight(_ items: [ItemScores]) -> [Bool]? {
    let first = items[0]
    guard items.allSatisfy({ $0.right != nil && $0.weights == first.weights }) else { return nil }
    let asked = first.weights.indices.filter { first.weights[$0] > 0 }
    guard !asked.isEmpty else { return nil }
    return asked.map { item in 2 * items.count { $0.right![item] == $0.weights[item] } > items.count }
  }
}
