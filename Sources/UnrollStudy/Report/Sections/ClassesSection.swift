import UnrollStatistics
import UnrollTraining

/// Which classes are found, and which are taken for which: what a single score hides.
struct ClassesSection: ReportSection {
  let title = "Classes"

  /// Tables have at most seven columns: a class, how often it is true, and five backends.
  static let (mostBackends, mostPairs) = (5, 10)

  private let explanation =
    "F1 of every class on the test split (the harmonic mean of its precision and recall), mean over the seeds that finished, of the backends with "
    + "the best mean score; and what the best of them confuses most often."

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.compactMap { task in TaskClasses(task).map { (task, $0) } }
    guard !tasks.isEmpty else { return [] }
    return [.paragraph(explanation)] + tasks.flatMap { task, classes in [task.heading] + classes.blocks }
  }
}

/// The confusions of one task.
private struct TaskClasses {
  private struct Column {
    let backend: BackendResults
    let confusions: [Confusion]
  }

  private let columns: [Column]
  /// By falling frequency.
  private let names: [String]
  private let truths: [String: Int]
  private let all: Int
  private let isWhole: Bool

  /// Nil where runs do not say, or there are two classes, of which one says it all.
  init?(_ task: TaskResults) {
    guard let ranking = task.rankings.first else { return nil }
    columns = ranking.standings.map(\.backend).compactMap { backend in
      let confusions = backend.finished.compactMap(\.confusion)
      return confusions.count == backend.finished.count && !confusions.isEmpty
        ? Column(backend: backend, confusions: confusions) : nil
    }.prefix(ClassesSection.mostBackends).map(\.self)
    guard let first = columns.first?.confusions[0], first.names.count > 2 else { return nil }
    truths = Dictionary(zip(first.names, first.truths)) { first, _ in first }
    names = first.names.indices.sorted { (first.truths[$0], $1) > (first.truths[$1], $0) }.map { first.names[$0] }
    // A record keeps the most frequent classes alone.
    let known = first.truths.reduce(0, +)
    all = columns[0].backend.finished[0].items?.weights.reduce(0, +) ?? known
    isWhole = all == known
  }

  var blocks: [Block] {
    let table = Block.table(scores)
    // A long list is for those who look for it.
    let scores =
      names.count > 12
      ? Block.details("F1 of \(isWhole ? "" : "the ")\(names.count)\(isWhole ? "" : " most frequent") classes", [table])
      : table
    return [scores] + (confused.rows.isEmpty ? [] : [.details("Most frequent confusions", [.table(confused)])])
  }

  private var scores: MarkdownTable {
    var table = MarkdownTable(
      [("class", .left), ("of the test split (%)", .right)]
        + columns.map { (Markdown.code($0.backend.name), MarkdownTable.Alignment.right) })
    for name in names {
      let share = Double(truths[name] ?? 0) / Double(max(1, all))
      table.add(
        [Markdown.code(name), Digits.fixed(100 * share, 1)]
          + columns.map { column in
            Digits.fixed(100 * Statistics.mean(column.confusions.map { TaskClasses.f1($0, name) }), 1)
          })
    }
    return table
  }

  /// A share of all that is of the class in truth, mean over seeds.
  private var confused: MarkdownTable {
    var table = MarkdownTable([
      ("is", .left), ("taken for", .left), ("by \(Markdown.code(columns[0].backend.name)), of that class (%)", .right),
    ])
    let confusions = columns[0].confusions
    var counts: [[String]: Int] = [:]
    for confusion in confusions {
      for pair in confusion.pairs {
        counts[[confusion.names[pair.truth], confusion.names[pair.predicted]], default: 0] += pair.count
      }
    }
    let pairs = counts.sorted { ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1]) }
    for (names, count) in pairs.prefix(ClassesSection.mostPairs) {
      let of = Double((truths[names[0]] ?? 0) * confusions.count)
      table.add(names.map(Markdown.code) + [of > 0 ? Digits.fixed(100 * Double(count) / of, 1) : "–"])
    }
    return table
  }

  /// 2 · hits / (truths + predictions); 0 of a class that is neither.
  private static func f1(_ confusion: Confusion, _ name: String) -> Double {
    guard let index = confusion.names.firstIndex(of: name) else { return 0 }
    let both = confusion.truths[index] + confusion.predictions[index]
    return both == 0 ? 0 : 2 * Double(confusion.hits[index]) / Double(both)
  }
}
