import UnrollData
import UnrollStatistics
import UnrollTraining

/// What quality costs: a figure a task, and the models that no other one beats.
struct CostSection: ReportSection {
  let title = "Cost against quality"

  private let explanation =
    "Marks are means over the seeds that finished, bars one standard deviation to either side; triangles at an edge are scores that lie "
    + "outside. On the *front* of a cost, which has names, no other model has as good a mean score for as little; what is not on it is pale. "
    + "Models that broke or are unstable are on none, and costs that all models share within 5 % have none. "
    + "Speeds belong to the machines named under [Scores](#scores)."

  private let incomparable = "Speeds and times of these runs do not compare, so that they have no front."

  func blocks(_ study: StudyResults) -> [Block] {
    [.paragraph(explanation)]
      + study.tasks.flatMap { task -> [Block] in
        guard let ranking = task.rankings.first, let figure = CostFigure(task: task, ranking: ranking).figure else {
          return [task.heading, .paragraph("No finished run has a test score.")]
        }
        let remark = task.timesCompare ? [] : [Block.paragraph(incomparable)]
        return [task.heading] + remark + [.figure(figure)] + [fronts(task, ranking)].compactMap { $0.map(Block.table) }
      }
  }

  /// A row a cost; nil where no cost tells models apart.
  private func fronts(_ task: TaskResults, _ ranking: Ranking) -> MarkdownTable? {
    let fronts = Cost.all.compactMap(task.front)
    guard !fronts.isEmpty else { return nil }
    var table = MarkdownTable([("cost", .left), ("on the front, the cheapest first", .left)])
    for front in fronts {
      let models = front.models.map { model in
        let cost = model.cost.rounded() == model.cost ? Digits.fixed(model.cost, 0) : Digits.significant(model.cost, 3)
        return
          "\(Markdown.code(model.standing.backend.name)) (\(cost): \(ranking.text.quantity(model.standing.sample.mean)))"
      }
      table.add([front.cost.label, models.joined(separator: ", ")])
    }
    return table
  }
}

/// Test metric against two costs side by side: speed of training, and size or speed of use.
private struct CostFigure {
  /// A backend in a panel: means with one standard deviation to either side.
  struct Mark {
    let look: Look
    let name: String
    let x, y: Sample
    /// Nil where no cost tells models apart.
    let isOnFront: Bool?
    var isPale: Bool { isOnFront == false }

    /// Whether its bars can be drawn.
    func isInside(_ scale: Double) -> Bool {
      [x.mean + (x.sd ?? 0), (abs(y.mean) + (y.sd ?? 0)) * scale].allSatisfy(Axis.holds)
    }
  }

  let task: TaskResults
  let ranking: Ranking
  private var metric: Metric { ranking.metric }

  /// Nil when no backend has a test score.
  var figure: Figure? {
    let costs = [Cost.training, second]
    let all = costs.map(everyMark)
    let marks = all.map { $0.filter { $0.isInside(metric.scale) } }
    guard !marks[0].isEmpty, !marks[1].isEmpty else { return nil }
    let y = axis(marks[0])
    let panels = zip(costs, marks).map { panel($0, $1, y) }
    return Figure(
      name: "\(Markdown.slug(task.name))-cost",
      title: "\(task.name): test \(metric.name) against \(Markdown.list(costs.map(\.label))), one mark a backend",
      script: Panel.script(panels), outside: all.joined().count - marks.joined().count)
  }

  /// Parameters when they differ by a quarter or more; under a budget they do not, and speed of use says more.
  private var second: Cost {
    let sizes = task.finished.map(\.cost.parameters)
    let varies = Double(sizes.max() ?? 1) >= 1.25 * Double(max(1, sizes.min() ?? 1))
    return varies ? .parameters : .inference
  }

  private func everyMark(_ cost: Cost) -> [Mark] {
    let front = task.front(cost)
    return task.backends.compactMap { backend in
      guard let x = backend.cost(cost.value), let y = backend.test(metric), x.mean > 0 else { return nil }
      return Mark(
        look: Look(index: backend.index), name: backend.name, x: x, y: y,
        isOnFront: front?.contains(backend.name))
    }
  }

  private func panel(_ cost: Cost, _ marks: [Mark], _ y: Axis) -> Panel {
    let inside = marks.filter { side($0, y) == 0 }
    let named = inside.filter { $0.isOnFront == true }
    var panel = Panel(
      x: axis(marks, cost.label), y: y,
      plots: marks.flatMap { side($0, y) == 0 ? plots($0) : [outside($0, y)] } + baseline(within: y))
    // A front is empty on the side of what is cheaper and better.
    panel.names = PointNames(
      points: named.map { .init(name: $0.name, colour: $0.look.colour, x: $0.x.mean, y: $0.y.mean * metric.scale) },
      isLeft: !cost.higherIsBetter, isAbove: metric.higherIsBetter)
    return panel
  }

  /// Holds the bars of the marks whose differences are to be seen.
  private func axis(_ marks: [Mark]) -> Axis {
    let near = Set(ranking.near.map(\.backend.name))
    let shown = marks.filter { near.contains($0.name) }
    return metric.axis(
      .test, holding: (shown.isEmpty ? marks : shown).flatMap(\.y.ends).map { $0 * metric.scale })
  }

  /// Logarithmic when the costs differ by more than four times.
  private func axis(_ marks: [Mark], _ label: String) -> Axis {
    let means = marks.map(\.x.mean)
    let ends = marks.flatMap { [max($0.x.ends[0], $0.x.mean / 2), $0.x.ends[1]] }
    return Axis(label, holding: ends, logarithmic: means.max()! / means.min()! > 4)
  }

  /// −1 below the picture, 1 above it, else 0.
  private func side(_ mark: Mark, _ y: Axis) -> Int {
    let score = mark.y.mean * metric.scale
    return score < y.low ? -1 : score > y.high ? 1 : 0
  }

  private func plots(_ mark: Mark) -> [Plot] {
    let rows = [[mark.x.mean, mark.y.mean * metric.scale, mark.x.sd ?? 0, (mark.y.sd ?? 0) * metric.scale]]
    return [
      .bars(rows, mark.look, isPale: mark.isPale),
      .marks(rows, mark.look, size: 1.1, stroke: 1.5, isPale: mark.isPale, title: mark.name),
    ]
  }

  private func outside(_ mark: Mark, _ y: Axis) -> Plot {
    let isBelow = side(mark, y) < 0
    return .outside(
      [[mark.x.mean, y.value(at: isBelow ? 0.02 : 0.98)]], mark.look, isBelow: isBelow,
      title: "\(mark.name) (outside)")
  }

  private func baseline(within axis: Axis) -> [Plot] {
    guard let level = task.baselineScore(metric).map({ $0.mean * metric.scale }), axis.low <= level, level <= axis.high
    else { return [] }
    return [.baseline(.level(level), title: task.baselineTitle)]
  }
}
