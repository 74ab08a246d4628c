import UnrollData
import UnrollTraining

/// Which candidate stands for each backend, and how all of them did: a brittle winner shows.
struct SelectionSection: ReportSection {
  let title = "Selection"

  private let explanation =
    "For each backend stands everywhere else the candidate whose mean score on development is best; one that lost a run, or has one below the baseline "
    + "there, only where no other is left. Test scores have no part in it."
  private let whole = " How far they reach over all candidates says how much hangs on the choice."
  private let halving =
    "Candidates competed as they trained (successive halving, Jamieson and Talwalkar 2016): at each rung the best third of those of a backend, by the mean of "
    + "their best development scores so far, went on, and the others stopped without a test score. Those that went on are as if none had stopped. How far development scores reach over all candidates "
    + "says how much hangs on the choice, though not all had equally long."

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.filter { task in task.backends.contains { $0.selection.candidates.count > 1 } }
    guard !tasks.isEmpty else { return [] }
    let isSearch = tasks.contains { $0.backends.contains { $0.selection.search != nil } }
    let figure = SelectionFigure(tasks, study.backends, isSearch ? .development : .test).figure.map(Block.figure)
    return (isSearch ? [.paragraph(explanation), .paragraph(halving)] : [.paragraph(explanation + whole)])
      + [figure].compactMap(\.self)
      + tasks.flatMap { task in
        [task.heading] + [costs(task)].compactMap { $0.map(Block.paragraph) } + [
          .table(table(task)), .details("All candidates", [.table(candidates(task))]),
        ]
      }
  }

  /// The rungs of a search, and what it saved.
  private func costs(_ task: TaskResults) -> String? {
    let selections = task.backends.map(\.selection).filter { $0.search != nil }
    guard !selections.isEmpty else { return nil }
    let rungs = selections.map { selection in
      let rungs = selection.search!.rungs
      return "\(Markdown.list(rungs.dropLast().map(Digits.whole))) of \(Markdown.count(rungs.last!, "epoch"))"
    }
    let trained = selections.flatMap(\.candidates).flatMap(\.records).reduce(0) { $0 + $1.trainedEpochs }
    let whole = selections.map(\.search!).reduce(0) { $0 + $1.runs * $1.rungs.last! }
    return
      "Rungs: after \(rungs.unique.joined(separator: "; after ")). All runs together were trained for \(Digits.short(trained)) epochs, "
      + "\(Digits.fixed(100 * trained / Double(whole), 0)) % of the \(Digits.whole(whole)) that all candidates take."
  }

  /// Every candidate, and of a search how far it came.
  private func candidates(_ task: TaskResults) -> MarkdownTable {
    let metrics = metrics(task)
    var table = MarkdownTable([
      ("backend", .left), ("candidate", .left), ("trained", .left),
      ("development \(metrics.development?.heading ?? "score")", .right),
      ("test \(metrics.test?.heading ?? "score")", .right),
    ])
    for backend in task.backends {
      for candidate in backend.selection.candidates {
        let isChosen = candidate.name == backend.selection.chosen.name
        let name = candidate.name.map(Markdown.code) ?? "–"
        table.add([
          Markdown.code(backend.name), isChosen ? "**\(name)**" : name, fate(candidate, backend.selection),
          scores(task, .development, metrics.development, candidate), scores(task, .test, metrics.test, candidate),
        ])
      }
    }
    return table
  }

  private func fate(_ candidate: Selection.Candidate, _ selection: Selection) -> String {
    let lost = candidate.records.count { !$0.isScored && $0.status != .stopped }
    if lost > 0 { return "lost \(lost) of \(Markdown.count(candidate.records.count, "run"))" }
    if let epochs = candidate.stopped, let all = selection.search?.rungs.last {
      return "stopped at \(epochs) of \(Markdown.count(all, "epoch"))"
    }
    return candidate.records.contains { $0.status == .stopped } ? "waits" : "to the end"
  }

  private func metrics(_ task: TaskResults) -> (development: Metric?, test: Metric?) {
    (task.backends.compactMap(\.selection.metric).first { $0 != task.primary } ?? task.primary, task.primary)
  }

  /// Development in the metric that chose, test in the primary one.
  private func table(_ task: TaskResults) -> MarkdownTable {
    let metrics = metrics(task)
    var table = MarkdownTable([
      ("backend", .left), ("chosen", .left), ("of", .right),
      ("development \(metrics.development?.heading ?? "score")", .right),
      ("test \(metrics.test?.heading ?? "score")", .right), ("test of all, lowest – highest", .right),
    ])
    for backend in task.backends {
      let selection = backend.selection
      table.add([
        Markdown.code(backend.name), selection.chosen.name.map(Markdown.code) ?? "–",
        Digits.whole(selection.candidates.count),
        scores(task, .development, metrics.development, selection.chosen),
        scores(task, .test, metrics.test, selection.chosen), range(task, selection),
      ])
    }
    return table
  }

  private func scores(_ task: TaskResults, _ split: Split, _ metric: Metric?, _ candidate: Selection.Candidate)
    -> String
  {
    guard let metric, let own = candidate.scores(metric, split) else { return "–" }
    return ScoreText(metric, task.backends.compactMap { $0.selection.chosen.scores(metric, split) }).cell(own)
  }

  /// Of means over seeds.
  private func range(_ task: TaskResults, _ selection: Selection) -> String {
    guard let ranking = task.rankings.first else { return "–" }
    let means = selection.candidates.compactMap { $0.scores(ranking.metric, .test)?.mean }
    guard let low = means.min(), let high = means.max() else { return "–" }
    let stopped = selection.candidates.count { $0.stopped != nil }
    let rest = [(stopped, "stopped"), (selection.candidates.count - means.count - stopped, "without a score")]
      .filter { $0.0 > 0 }.map { "\(Digits.whole($0.0)) \($0.1)" }
    return [low, high].prefix(means.count).map(ranking.text.number).joined(separator: " – ")
      + (rest.isEmpty ? "" : " (\(rest.joined(separator: ", ")))")
  }
}
