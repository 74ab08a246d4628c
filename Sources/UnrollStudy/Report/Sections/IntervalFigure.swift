import UnrollStatistics
import UnrollTraining

/// The answer as a picture: a panel a task, a row a backend, its mean and interval, the top group filled, the baseline dashed.
struct IntervalFigure {
  /// Tasks that have a ranking, as many as fit.
  private let rankings: [(task: TaskResults, ranking: Ranking)]
  /// Rows from above: the best of a single task first; of several by their mean rank.
  private let backends: [String]
  private static let most = 12
  /// Tasks that do not.
  private let left: Int

  init(_ study: StudyResults) {
    let all = study.tasks.compactMap { task in task.rankings.first.map { (task: task, ranking: $0) } }
    let rankings = all.filter { !$0.ranking.standings.isEmpty }
    self.rankings = Array(rankings.prefix(IntervalFigure.most))
    left = max(0, rankings.count - IntervalFigure.most)
    func place(_ name: String) -> Double {
      let places = rankings.compactMap { $0.ranking.standings.firstIndex { $0.backend.name == name } }
      return Double(places.reduce(0, +)) / Double(max(1, places.count))
    }
    let known = study.backends.filter { name in
      rankings.contains { $0.ranking.standings.contains { $0.backend.name == name } }
    }
    let places = known.map { (name: $0, place: place($0)) }
    backends = places.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(
      \.element.name)
  }

  /// Nil where a single backend has scores: there is nothing to compare.
  var figure: Figure? {
    guard backends.count > 1, !rankings.isEmpty else { return nil }
    let panels = rankings.map { TaskPanel($0.task, $0.ranking, backends) }
    return Figure(
      name: "answer",
      title: "Mean test scores with their 95 % intervals, a row a backend. Filled: the top group; dashed: the baseline"
        + (panels.contains(where: \.hasBroken) ? "; crosses: broke or unstable" : "")
        + (panels.contains(where: \.hasOutside) ? "; ◂ ▸: outside" : "")
        + (left > 0 ? ". The first \(rankings.count) of \(rankings.count + left) tasks" : ""),
      script: Panel.rows(panels.map(\.panel), titles: rankings.count > 1 ? rankings.map(\.task.name) : [""]))
  }
}

/// gnuplot's points.
private enum Mark: Int, CaseIterable {
  case top = 7
  case other = 6
  case broken = 2

  init(_ standing: Standing) {
    self =
      switch standing.verdict {
      case .top: .top
      case .broke, .unstable: .broken
      default: .other
      }
  }
}

/// One task of the picture.
private struct TaskPanel {
  private let ranking: Ranking
  private let rows: [(row: Double, standing: Standing)]
  private let backends: [String]
  private let axis: Axis

  init(_ task: TaskResults, _ ranking: Ranking, _ backends: [String]) {
    let scale = ranking.metric.scale
    (self.ranking, self.backends) = (ranking, backends)
    rows = ranking.standings.compactMap { standing in
      backends.firstIndex(of: standing.backend.name).map { (-Double($0), standing) }
    }
    let ends = ranking.near.flatMap { [$0.sample.mean] + ($0.interval.map { [$0.lowerBound, $0.upperBound] } ?? []) }
    var values = ends.map { $0 * scale }
    // The baseline where it does not take over the picture.
    if let baseline = ranking.baseline?.mean, let low = values.min(), let high = values.max(),
      baseline * scale >= low - 0.5 * (high - low), baseline * scale <= high + 0.5 * (high - low)
    {
      values.append(baseline * scale)
    }
    axis = Axis(ranking.metric.plainHeading, holding: values, within: ranking.metric.ends)
  }

  var panel: Panel { Panel(x: axis, y: Axis(names: backends), plots: plots + baseline) }

  var hasBroken: Bool { rows.contains { side($0.standing) == 0 && Mark($0.standing) == .broken } }
  var hasOutside: Bool { rows.contains { side($0.standing) != 0 } }

  /// −1 left of the picture, 1 right of it, else 0.
  private func side(_ standing: Standing) -> Int {
    let value = standing.sample.mean * ranking.metric.scale
    return value < axis.low ? -1 : value > axis.high ? 1 : 0
  }

  private var plots: [Plot] {
    let scale = ranking.metric.scale
    func drawn(_ kind: Mark) -> [Plot] {
      let rows = rows.filter { side($0.standing) == 0 && Mark($0.standing) == kind }.map { row, standing in
        let mean = standing.sample.mean
        let ends = standing.interval ?? mean...mean
        return [mean * scale, row, max(ends.lowerBound * scale, axis.low), min(ends.upperBound * scale, axis.high)]
      }
      let look = Look(index: kind == .top ? 0 : 7)
      return rows.isEmpty ? [] : [.intervals(rows, look, point: kind.rawValue, isStrong: kind == .top)]
    }
    func outside(_ wanted: Int, _ edge: Double) -> [Plot] {
      let rows = rows.filter { side($0.standing) == wanted }.map { [edge, $0.row] }
      return rows.isEmpty ? [] : [.outside(rows, Look(index: 7), isLeft: wanted < 0)]
    }
    return Mark.allCases.flatMap(drawn) + outside(-1, axis.value(at: 0.02)) + outside(1, axis.value(at: 0.98))
  }

  private var baseline: [Plot] {
    guard let level = ranking.baseline.map({ $0.mean * ranking.metric.scale }), axis.low <= level, level <= axis.high
    else { return [] }
    return [.baseline(.rows([[level, 0.5], [level, 0.5 - Double(backends.count)]]), title: "")]
  }
}
