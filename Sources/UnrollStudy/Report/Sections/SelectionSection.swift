import UnrollData
import UnrollTraining

/// Which candidate stands for each backend, and how all of them did on the test split: a brittle winner shows.
struct SelectionSection: ReportSection {
  let title = "Selection"

  private let explanation =
    "Of each backend that candidate stands in all other sections whose mean score on development is best, among those that lost no run and have none "
    + "below the baseline, where there is one. Test scores have no part in it: how far they reach over all candidates says how much hangs on the choice."

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.filter { task in task.backends.contains { $0.selection.candidates.count > 1 } }
    guard !tasks.isEmpty else { return [] }
    let figure = SelectionFigure(tasks, study.backends).figure.map(Block.figure)
    return [.paragraph(explanation)] + [figure].compactMap(\.self)
      + tasks.flatMap { [$0.heading, .table(table($0))] }
  }

  /// Development in the metric that chose, test in the primary one.
  private func table(_ task: TaskResults) -> MarkdownTable {
    let metrics = task.backends.compactMap(\.selection.metric)
    let development = metrics.first { $0 != task.primary } ?? task.primary
    var table = MarkdownTable([
      ("backend", .left), ("chosen", .left), ("of", .right),
      ("development \(development?.heading ?? "score")", .right), ("test \(task.primary?.heading ?? "score")", .right),
      ("lowest – highest test of all", .right),
    ])
    for backend in task.backends {
      let selection = backend.selection
      table.add([
        Markdown.code(backend.name), selection.chosen.name.map(Markdown.code) ?? "–",
        Digits.whole(selection.candidates.count), scores(task, .development, development, selection),
        scores(task, .test, task.primary, selection), range(task, selection),
      ])
    }
    return table
  }

  private func scores(_ task: TaskResults, _ split: Split, _ metric: Metric?, _ selection: Selection) -> String {
    guard let metric, let own = selection.chosen.scores(metric, split) else { return "–" }
    return ScoreText(metric, task.backends.compactMap { $0.selection.chosen.scores(metric, split) }).cell(own)
  }

  /// Of means over seeds.
  private func range(_ task: TaskResults, _ selection: Selection) -> String {
    guard let ranking = task.rankings.first else { return "–" }
    let means = selection.candidates.compactMap { $0.scores(ranking.metric, .test)?.mean }
    guard let low = means.min(), let high = means.max() else { return "–" }
    let lost = selection.candidates.count - means.count
    return [low, high].map(ranking.text.number).joined(separator: " – ")
      + (lost > 0 ? " (\(lost) without a score)" : "")
  }
}

/// A panel a task, a row a backend: the mean test score of every candidate, that of the chosen one filled.
private struct SelectionFigure {
  private let tasks: [TaskResults]
  private let backends: [String]
  private static let most = 12

  init(_ tasks: [TaskResults], _ backends: [String]) {
    self.tasks = Array(tasks.filter { !$0.finished.isEmpty && $0.primary != nil }.prefix(SelectionFigure.most))
    self.backends = backends
  }

  var figure: Figure? {
    let drawn = tasks.compactMap { task in task.primary.map { panel(task, $0) } }
    guard !drawn.isEmpty else { return nil }
    return Figure(
      name: "selection",
      title: "Mean test scores of all candidates, a row a backend. Filled: the one that development chose"
        + (drawn.contains(where: \.hasOutside) ? "; ◂ ▸: outside" : ""),
      script: Panel.rows(drawn.map(\.panel), titles: tasks.count > 1 ? tasks.map(\.name) : [""]))
  }

  private func panel(_ task: TaskResults, _ metric: Metric) -> (panel: Panel, hasOutside: Bool) {
    let marks = task.backends.flatMap { backend in
      backend.selection.candidates.compactMap { candidate -> (x: Double, y: Double, isChosen: Bool)? in
        guard let row = backends.firstIndex(of: backend.name), let mean = candidate.scores(metric, .test)?.mean else {
          return nil
        }
        return (mean * metric.scale, -Double(row), candidate.name == backend.selection.chosen.name)
      }
    }
    let axis = metric.axis(.test, holding: marks.map(\.x))
    func plot(_ isChosen: Bool) -> [Plot] {
      let rows = marks.filter { $0.isChosen == isChosen && axis.low <= $0.x && $0.x <= axis.high }.map { [$0.x, $0.y] }
      return rows.isEmpty ? [] : [.dots(rows, Look(index: isChosen ? 0 : 7), point: isChosen ? 7 : 6)]
    }
    func outside(isLeft: Bool) -> [Plot] {
      let (margin, rows) = (0.02 * (axis.high - axis.low), marks.filter { isLeft ? $0.x < axis.low : $0.x > axis.high })
      let edge = isLeft ? axis.low + margin : axis.high - margin
      return rows.isEmpty ? [] : [.outside(rows.map { [edge, $0.y] }, Look(index: 7), isLeft: isLeft)]
    }
    let beyond = outside(isLeft: true) + outside(isLeft: false)
    let panel = Panel(
      x: axis, y: Axis(names: backends.map { $0.count > 44 ? $0.prefix(43) + "…" : $0 }),
      plots: plot(false) + plot(true) + beyond)
    return (panel, !beyond.isEmpty)
  }
}
