import UnrollCore
import UnrollData
import UnrollLayers
import UnrollStatistics
import UnrollTraining

/// The error that a discretisation makes against the exact solution, and what it does to the scores, over the time step Δ.
///
/// For tasks on which several methods ran and recorded both; runs that diverged are shown, since where a method breaks is the answer.
struct DiscretisationSection: ReportSection {
  let title = "Discretisation error"

  private let explanation =
    "The error of one step: how far Ā and B̄ are from the exact ones of the matrix exponential, against what a step "
    + "changes, after training. An order of one means that a tenth of the step makes a tenth of the error."

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.map(DiscretisationRuns.init).filter { $0.methods.count > 1 }
    guard !tasks.isEmpty else { return [] }
    return [.paragraph(explanation)]
      + tasks.flatMap { runs -> [Block] in
        [runs.task.heading] + [runs.errorFigure, runs.scoreFigure].compactMap { $0.map(Block.figure) }
          + [.table(runs.table)]
      }
  }
}

/// The runs of one task that recorded a time step and an error, by method.
private struct DiscretisationRuns {
  typealias Discretisation = SSMOptions.Discretisation

  struct Point {
    let step, error: Double
    let record: RunRecord
  }

  struct Method {
    let name: String
    let look: Look
    /// By rising step.
    let points: [Point]
  }

  let task: TaskResults
  let methods: [Method]

  init(_ task: TaskResults) {
    self.task = task
    let points = task.records.compactMap { record -> (method: Discretisation, point: Point)? in
      guard let step = record.measurements?[DenseStateSpace.timeStep],
        let error = record.measurements?[DenseStateSpace.discretisationError], step > 0,
        let method = DiscretisationRuns.method(record)
      else { return nil }
      return (method, Point(step: step, error: error, record: record))
    }
    methods = points.map(\.method).unique.enumerated().map { index, method in
      Method(
        name: method.rawValue, look: Look(index: index),
        points: points.filter { $0.method == method }.map(\.point).sorted {
          ($0.step, $0.record.cell.seed) < ($1.step, $1.record.cell.seed)
        })
    }
  }

  /// Nil for a stack, which has no single one. The default is not in records made before there was a choice.
  private static func method(_ record: RunRecord) -> Discretisation? {
    let backend = record.settings["backend"]
    guard backend?[StackOfBackendsOptions.listKey] == nil else { return nil }
    return backend?["discretisation"]?.string.map(Discretisation.init) ?? SSMOptions().discretisation
  }

  var errorFigure: Figure? {
    // Rounding alone: a logarithmic axis has no zero.
    let curves = methods.map { method in method.points.map { [$0.step, max($0.error, 1e-17)] } }
    return figure("discretisation", "error of one step against the time step, both logarithmic", curves) {
      Axis("error of one step", holding: $0, logarithmic: true)
    }
  }

  var scoreFigure: Figure? {
    task.primary.flatMap { metric in
      let curves = methods.map { method in
        method.points.compactMap { point in point.record.testScore(metric).map { [point.step, $0 * metric.scale] } }
      }
      return figure("time-step", "test \(metric.name) against the time step", curves) {
        metric.axis(.test, holding: $0)
      }
    }
  }

  /// Every run is a mark, a line joins each method's means.
  private func figure(
    _ suffix: String, _ title: String, _ curves: [[[Double]]], _ axis: ([Double]) -> Axis
  ) -> Figure? {
    let inside = curves.map { $0.filter { $0.allSatisfy(Axis.holds) } }
    let all = inside.flatMap { $0 }
    guard !all.isEmpty else { return nil }
    let plots = zip(methods, inside).filter { !$1.isEmpty }.flatMap { method, rows -> [Plot] in
      [
        .link(DiscretisationRuns.means(rows), method.look),
        .marks(rows, method.look, size: 0.9, stroke: 1, title: method.name),
      ]
    }
    let x = Axis("time step", holding: all.map { $0[0] }, logarithmic: true)
    return Figure(
      name: "\(Markdown.slug(task.name))-\(suffix)", title: "\(task.name): \(title)",
      script: Panel.script([Panel(x: x, y: axis(all.map { $0[1] }), plots: plots)]),
      outside: curves.joined().count - all.count)
  }

  private static func means(_ rows: [[Double]]) -> [[Double]] {
    rows.map { $0[0] }.unique.map { step in
      [step, Statistics.mean(rows.filter { $0[0] == step }.map { $0[1] })]
    }
  }

  var table: MarkdownTable {
    var table = MarkdownTable([
      ("method", .left), ("time step", .right), ("error of one step", .right), ("diverged", .right),
      ("test \(task.primary?.heading ?? "score")", .right),
    ])
    for method in methods {
      for step in method.points.map(\.step).unique {
        let points = method.points.filter { $0.step == step }
        let scored = points.map(\.record).filter(\.isScored)
        let score = task.primary.flatMap { metric in
          Sample(scored.compactMap { $0.testScore(metric) }).map { ScoreText(metric, [$0]).cell($0) }
        }
        table.add([
          Markdown.escape(method.name), Digits.scientific(step), Digits.scientific(points.map(\.error).max() ?? 0),
          "\(points.count { $0.record.status == .diverged }) of \(points.count)", score ?? "–",
        ])
      }
    }
    return table
  }
}
