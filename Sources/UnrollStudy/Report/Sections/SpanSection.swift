import UnrollTraining

/// Precision, recall and F1 of every type of span, folded away.
struct SpanSection: ReportSection {
  let title = "Spans by type"

  func blocks(_ study: StudyResults) -> [Block] {
    study.tasks.flatMap { task -> [Block] in
      let table = SpanTable(task: task)
      guard !table.types.isEmpty else { return [] }
      let summary = "Precision, recall and F1 (%) of \(Markdown.count(table.types.count, "type"))"
      return [task.heading, .details(summary, [.table(table.table)])]
    }
  }
}

/// A row a type and backend: means over the seeds that finished.
private struct SpanTable {
  let task: TaskResults

  private var counts: [SpanCounts] { task.finished.compactMap(\.spans) }

  /// The most frequent first; those that were only predicted come last.
  var types: [(name: String, truths: Int)] {
    let names = Set(counts.flatMap(\.byType.keys))
    return names.map { name in (name, counts.compactMap { $0.byType[name]?.truths }.max() ?? 0) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  var table: MarkdownTable {
    var table = MarkdownTable([
      ("type", .left), ("in the test split", .right), ("backend", .left), ("precision ↑", .right), ("recall ↑", .right),
      ("F1 ↑", .right),
    ])
    for type in types {
      for backend in task.backends {
        let runs = backend.finished.compactMap(\.spans).map { $0.byType[type.name] ?? SpanCounts.Counts() }
        guard !runs.isEmpty else { continue }
        let scores = [\SpanCounts.Counts.precision, \.recall, \.f1].map { score in
          Sample(runs.map { $0[keyPath: score] })!.text(scale: 100, decimals: 1)
        }
        table.add(
          [Markdown.code(type.name), Digits.whole(type.truths), Markdown.code(backend.name)] + scores)
      }
    }
    return table
  }
}
