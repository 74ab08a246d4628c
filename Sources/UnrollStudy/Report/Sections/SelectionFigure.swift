import UnrollData
import UnrollTraining

/// A panel a task, a row a backend: the mean score of every candidate, that of the chosen one filled.
struct SelectionFigure {
  private let tasks: [TaskResults]
  /// Tasks that do not fit.
  private let left: Int
  private let backends: [String]
  private let split: Split
  private static let most = 12

  init(_ tasks: [TaskResults], _ backends: [String], _ split: Split) {
    let scored = tasks.filter { !$0.finished.isEmpty && $0.primary != nil }
    self.tasks = Array(scored.prefix(SelectionFigure.most))
    left = scored.count - self.tasks.count
    (self.backends, self.split) = (backends, split)
  }

  var figure: Figure? {
    let drawn = tasks.compactMap { task in task.primary.map { panel(task, $0) } }
    guard !drawn.isEmpty else { return nil }
    return Figure(
      name: "selection",
      title: "Mean \(split) scores of all candidates, a row a backend. Filled: the one that development chose"
        + (drawn.contains(where: \.hasOutside) ? "; ◂ ▸: outside" : "")
        + (left > 0 ? ". The first \(tasks.count) of \(tasks.count + left) tasks" : ""),
      script: Panel.rows(drawn.map(\.panel), titles: tasks.count > 1 ? tasks.map(\.name) : [""]))
  }

  private func panel(_ task: TaskResults, _ metric: Metric) -> (panel: Panel, hasOutside: Bool) {
    let marks = task.backends.flatMap { backend in
      backend.selection.candidates.compactMap { candidate -> (x: Double, y: Double, isChosen: Bool)? in
        guard let row = backends.firstIndex(of: backend.name), let mean = candidate.scores(metric, split)?.mean else {
          return nil
        }
        return (mean * metric.scale, -Double(row), candidate.name == backend.selection.chosen.name)
      }
    }
    let axis = metric.axis(split, holding: marks.map(\.x))
    func plot(_ isChosen: Bool) -> [Plot] {
      let rows = marks.filter { $0.isChosen == isChosen && axis.low <= $0.x && $0.x <= axis.high }.map { [$0.x, $0.y] }
      return rows.isEmpty ? [] : [.dots(rows, Look(index: isChosen ? 0 : 7), point: isChosen ? 7 : 6)]
    }
    func outside(isLeft: Bool) -> [Plot] {
      let rows = marks.filter { isLeft ? $0.x < axis.low : $0.x > axis.high }
      let edge = axis.value(at: isLeft ? 0.02 : 0.98)
      return rows.isEmpty ? [] : [.outside(rows.map { [edge, $0.y] }, Look(index: 7), isLeft: isLeft)]
    }
    let beyond = outside(isLeft: true) + outside(isLeft: false)
    let panel = Panel(x: axis, y: Axis(names: backends), plots: plot(false) + plot(true) + beyond)
    return (panel, !beyond.isEmpty)
  }
}
