import UnrollCore

/// The error that a discretisation makes against the exact solution, and what it does to the scores, over the time step Δ.
///
/// For tasks on which several methods ran and recorded both; runs that diverged are shown, since where a method breaks is the answer.
struct DiscretisationSection: ReportSection {
  let title = "Discretisation error"

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.filter { DiscretisationRuns($0.records).methods.count > 1 }
    guard !tasks.isEmpty else { return [] }
    let explanation =
      "The error of one step: how far Ā and B̄ are from the exact ones of the matrix exponential, against what a step "
      + "changes, after training. An order of one means that a tenth of the step makes a tenth of the error."
    let (errors, scores) = (FigureNames(study, suffix: "discretisation"), FigureNames(study, suffix: "time-step"))
    return [.paragraph(explanation)]
      + tasks.flatMap { task -> [Block] in
        let runs = DiscretisationRuns(task.records)
        let figures = [
          runs.errorFigure(named: errors[task.name], task.name),
          task.primary.flatMap { runs.scoreFigure(named: scores[task.name], task.name, $0) },
        ]
        return [.heading(3, Markdown.escape(task.name))] + figures.compactMap { $0.map(Block.figure) }
          + [.table(runs.table(task.primary))]
      }
  }
}

/// The runs of one task that recorded a time step and an error, by method.
struct DiscretisationRuns {
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

  let methods: [Method]

  init(_ records: [RunRecord]) {
    // A stack has no single method.
    let points = records.compactMap { record -> (String, Point)? in
      guard let step = record.measurements?["time step"], let error = record.measurements?["discretisation error"],
        step > 0, record.settings["backend"]?["of"] == nil
      else { return nil }
      return (DiscretisationRuns.method(record), Point(step: step, error: error, record: record))
    }
    methods = StudyResults.unique(points.map(\.0)).enumerated().map { index, name in
      Method(
        name: name, look: Look(index: index),
        points: points.filter { $0.0 == name }.map(\.1).sorted {
          ($0.step, $0.record.cell.seed) < ($1.step, $1.record.cell.seed)
        })
    }
  }

  /// The default is not in records made before there was a choice.
  private static func method(_ record: RunRecord) -> String {
    guard case .string(let name) = record.settings["backend"]?["discretisation"] else { return "zoh" }
    return name
  }

  func errorFigure(named name: String, _ task: String) -> Figure? {
    // Rounding alone: a logarithmic axis has no zero.
    let curves = methods.map { method in method.points.map { [$0.step, max($0.error, 1e-17)] } }
    return figure(named: name, "\(task): error of one step against the time step, both logarithmic", curves) {
      Axis("error of one step", holding: $0, logarithmic: true)
    }
  }

  func scoreFigure(named name: String, _ task: String, _ metric: RunRecord.Metric) -> Figure? {
    let curves = methods.map { method in
      method.points.compactMap { point in
        point.record.scores["test"]?[metric.name].map { [point.step, $0 * metric.scale] }
      }
    }
    return figure(named: name, "\(task): test \(metric.name) against the time step", curves) {
      metric.axis("test", holding: $0)
    }
  }

  /// Every run is a mark, a line joins each method's means.
  private func figure(
    named name: String, _ title: String, _ curves: [[[Double]]], _ axis: ([Double]) -> Axis
  ) -> Figure? {
    let inside = curves.map { $0.filter { $0.allSatisfy(Axis.holds) } }
    let all = inside.flatMap { $0 }
    guard !all.isEmpty else { return nil }
    let shown = zip(methods, inside).enumerated().filter { !$0.element.1.isEmpty }
    let data = shown.flatMap { index, entry in
      [Gnuplot.data("runs\(index)", entry.1), Gnuplot.data("means\(index)", means(entry.1))]
    }
    let plots = shown.map { index, entry in
      let look = entry.0.look
      return "$means\(index) using 1:2 with lines lw 1.5 dt \(look.dash) lc rgb '\(look.colour)' notitle, \\\n  "
        + "$runs\(index) using 1:2 with points pt \(look.point) ps 0.9 lc rgb '\(look.colour)' title "
        + Gnuplot.quoted(entry.0.name)
    }
    let x = Axis("time step", holding: all.map { $0[0] }, logarithmic: true)
    let panel = Panel(x: x, y: axis(all.map { $0[1] }), plots: plots)
    return Figure(
      name: name, title: title, script: Panel.script([panel], data: data, legend: shown.map(\.element.0.name)),
      outside: curves.joined().count - all.count)
  }

  private func means(_ curve: [[Double]]) -> [[Double]] {
    StudyResults.unique(curve.map { $0[0] }).map { step in
      let values = curve.filter { $0[0] == step }.map { $0[1] }
      return [step, values.reduce(0, +) / Double(values.count)]
    }
  }

  func table(_ metric: RunRecord.Metric?) -> MarkdownTable {
    var table = MarkdownTable([
      ("method", .left), ("time step", .right), ("error of one step", .right), ("diverged", .right),
      ("test \(metric?.heading ?? "score")", .right),
    ])
    for method in methods {
      for step in StudyResults.unique(method.points.map(\.step)) {
        let points = method.points.filter { $0.step == step }
        let sample = metric.flatMap { metric in
          Sample(points.compactMap { $0.record.scores["test"]?[metric.name] })
        }
        let lost = points.filter { $0.record.status == .diverged }.count
        table.add([
          Markdown.escape(method.name), Digits.scientific(step),
          Digits.scientific(points.map(\.error).max() ?? 0), "\(lost) of \(points.count)",
          sample.map { $0.text(scale: metric!.scale, decimals: metric!.decimals([$0])) } ?? "–",
        ])
      }
    }
    return table
  }
}
