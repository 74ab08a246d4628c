import UnrollCore
import UnrollTraining

/// What gradients do, of runs that recorded it (`training: {diagnosis: true}`): how far they reach, where they grow, what clipping leaves.
struct GradientsSection: ReportSection {
  let title = "Gradients"

  private let explanation =
    "The norm of the gradient of the loss of a sequence's last step by the input d steps before it, as a share of that by the last "
    + "input, on development: a mean over seeds. *Effective memory* is the first d at which it is under 1 %. *Spectral radius* is the "
    + "largest |λ| of the recurrent weights, *growth a step* the d-th root of the largest singular value of the Jacobian of the state "
    + "over the longest distance d: above 1 gradients may explode, below 1 they vanish. Norms are those of the gradient of all "
    + "parameters before clipping. Before → after training; ranges are over seeds."

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.map(DiagnosedTask.init).filter { !$0.backends.isEmpty }
    guard !tasks.isEmpty else { return [] }
    return [.paragraph(explanation)]
      + tasks.flatMap { task -> [Block] in
        [task.task.heading] + [task.reachFigure, task.normFigure].compactMap { $0.map(Block.figure) }
          + [.table(task.table)] + task.gates
      }
  }
}

/// The runs of one task that recorded a diagnosis, by backend.
private struct DiagnosedTask {
  struct Backend {
    let name: String
    let look: Look
    let records: [RunRecord]

    var before: [Diagnosis] { records.compactMap { $0.diagnosis?.before } }
    var after: [Diagnosis] { records.compactMap { $0.diagnosis?.after } }
    /// Of every point of every run.
    var norms: [GradientNorms] { records.flatMap { $0.curve.compactMap(\.gradients) } }
  }

  let task: TaskResults
  let backends: [Backend]

  init(_ task: TaskResults) {
    self.task = task
    backends = task.backends.map { backend in
      Backend(
        name: backend.name, look: Look(index: backend.index), records: backend.records.filter { $0.diagnosis != nil })
    }.filter { !$0.records.isEmpty }
  }

  var reachFigure: Figure? {
    let panels = [("before training", \Backend.before), ("after training", \Backend.after)].compactMap {
      label, diagnoses -> Panel? in
      let lines = backends.map { (backend: $0, rows: DiagnosedTask.reach($0[keyPath: diagnoses])) }
        .filter { !$0.rows.isEmpty }
      let all = lines.flatMap(\.rows)
      guard !all.isEmpty else { return nil }
      return Panel(
        x: Axis("steps before the loss, \(label)", holding: all.map { $0[0] }),
        y: Axis("share of the gradient", holding: all.map { $0[1] }, logarithmic: true),
        plots: lines.map { .line($0.rows, $0.backend.look, marks: 0.7, every: 8, title: $0.backend.name) })
    }
    guard !panels.isEmpty else { return nil }
    return Figure(
      name: "\(Markdown.slug(task.name))-gradients",
      title: "\(task.name): share of the gradient that reaches the input so many steps before the loss, logarithmic",
      script: Panel.script(panels))
  }

  /// Distance and mean share over the runs that are so long; a share of zero has no place on a logarithmic axis.
  private static func reach(_ diagnoses: [Diagnosis]) -> [[Double]] {
    let shares = diagnoses.compactMap { $0.gradients.first?.shares }
    return (0..<(shares.map(\.count).max() ?? 0)).compactMap { distance in
      let own = shares.filter { $0.count > distance }.map { $0[distance] }
      let mean = own.reduce(0, +) / Double(own.count)
      return mean >= 1 / Axis.limit && Axis.holds(mean) ? [Double(distance), mean] : nil
    }
  }

  var normFigure: Figure? {
    let panels = [
      panel("norm of the gradient", logarithmic: true, at: { _ in nil }) { $0.gradients?.mean },
      panel("growth a step", logarithmic: false, at: { $0.before.jacobian?.growth }) { $0.diagnosis?.growth },
    ].compactMap { $0 }
    guard !panels.isEmpty else { return nil }
    return Figure(
      name: "\(Markdown.slug(task.name))-gradient-norms",
      title:
        "\(task.name): mean norm of the gradient before clipping, logarithmic, and growth a step, against epochs, a line a run",
      script: Panel.script(panels))
  }

  /// A value of every point of every run against epochs, that at epoch 0 from before training where there is one; nil without any.
  private func panel(
    _ label: String, logarithmic: Bool, at start: (RunRecord.TrainingDiagnosis) -> Double?,
    _ value: (CurvePoint) -> Double?
  ) -> Panel? {
    let least = logarithmic ? 1 / Axis.limit : -Axis.limit
    func points(_ record: RunRecord) -> [[Double]] {
      var points = record.curve.compactMap { point in value(point).map { [point.epoch, $0] } }
      if let first = record.diagnosis.flatMap(start) { points.insert([0, first], at: 0) }
      return points.filter { Axis.holds($0[1]) && $0[1] > least }
    }
    let lines = backends.map { backend in
      (backend: backend, runs: backend.records.map(points).filter { !$0.isEmpty })
    }.filter { !$0.runs.isEmpty }
    let all = lines.flatMap { $0.runs.joined() }
    guard !all.isEmpty else { return nil }
    return Panel(
      x: Axis("epochs", holding: all.map { $0[0] }),
      y: Axis(label, holding: all.map { $0[1] }, logarithmic: logarithmic),
      plots: lines.map { line in
        let rows = Array(line.runs.map { $0 as [[Double]?] }.joined(separator: [nil]))
        return .line(rows, line.backend.look, marks: 0.7, every: 4, title: line.backend.name)
      })
  }

  var table: MarkdownTable {
    var table = MarkdownTable([
      ("backend", .left), ("effective memory", .right), ("spectral radius", .right), ("growth a step", .right),
      ("largest norm", .right), ("steps clipped", .right),
    ])
    for backend in backends {
      let radius = change(backend) { range($0.compactMap(\.spectralRadius), Digits.scientific) }
      let growth = change(backend) { range($0.compactMap { $0.jacobian?.growth }, Digits.scientific) }
      let largest = backend.norms.map(\.largest).max().map(Digits.scientific) ?? "–"
      table.add([
        Markdown.escape(backend.name), change(backend, memory), radius, growth, largest, clipped(backend.norms),
      ])
    }
    return table
  }

  private func clipped(_ norms: [GradientNorms]) -> String {
    let steps = norms.reduce(0) { $0 + $1.steps }
    let clipped = norms.reduce(0) { $0 + $1.clipped }
    return steps == 0 ? "–" : Digits.fixed(100 * Double(clipped) / Double(steps), 0) + " %"
  }

  /// How far gates are open, where a backend has some.
  var gates: [Block] {
    var table = MarkdownTable([
      ("backend", .left), ("gate", .left), ("mean", .right), ("shut (below 0.05)", .right),
      ("open (above 0.95)", .right),
    ])
    for backend in backends {
      for gate in backend.before.first?.gates ?? [] {
        func part(_ value: (GateView) -> Double) -> String {
          change(backend) { diagnoses in
            let own = diagnoses.compactMap { $0.gates.first { $0.name == gate.name } }
            return range(own.map(value)) { Digits.fixed($0, 2) }
          }
        }
        table.add([
          Markdown.escape(backend.name), Markdown.escape(gate.name), part(\.mean), part(\.shut), part(\.open),
        ])
      }
    }
    return table.rows.isEmpty ? [] : [.details("Gates", [.table(table)])]
  }

  private func change(_ backend: Backend, _ text: ([Diagnosis]) -> String) -> String {
    let (before, after) = (text(backend.before), text(backend.after))
    return before == "–" && after == "–" ? "–" : "\(before) → \(after)"
  }

  private func range(_ values: [Double], _ text: (Double) -> String) -> String {
    guard let low = values.min(), let high = values.max() else { return "–" }
    return text(low) == text(high) ? text(low) : "\(text(low))–\(text(high))"
  }

  /// Of the input.
  private func memory(_ diagnoses: [Diagnosis]) -> String {
    let reaches = diagnoses.compactMap(\.gradients.first).filter { !$0.shares.isEmpty }
    let longest = reaches.map { $0.shares.count - 1 }.max() ?? 0
    return range(reaches.map { Double($0.memory ?? Int.max) }) {
      $0 > Double(longest) ? "over \(longest)" : "\(Int($0))"
    }
  }
}
