import UnrollCore
import UnrollTraining

/// What gradients do as pictures: over distances, and over training.
extension DiagnosedTask {
  /// Before training and after it, on one axis.
  var reachFigure: Figure? {
    let kinds = [("before training", \Backend.before), ("after training", \Backend.after)]
    let drawn = kinds.map { kind in
      (label: kind.0, lines: backends.compactMap { line($0, DiagnosedTask.rows($0.reach(kind.1))) })
    }.filter { !$0.lines.isEmpty }
    let levels = [(value: 1.0, name: "unchanged"), (value: GradientReach.threshold, name: "1 %")]
    let all = drawn.flatMap(\.lines).flatMap(\.points)
    guard !all.isEmpty else { return nil }
    let y = Axis("share of the gradient", holding: all.map { $0[1] } + levels.map(\.value), logarithmic: true)
    let panels = drawn.map { kind in
      Panel(
        x: Axis("steps before the loss, \(kind.label)", holding: all.map { $0[0] }), y: y, lines: kind.lines,
        levels: levels)
    }
    return Figure(
      name: "\(Markdown.slug(task.name))-gradients",
      title: "\(task.name): share of the gradient of the loss that is left so many steps before it, logarithmic, "
        + drawn.map(\.label).joined(separator: " and "),
      script: Panel.script(panels))
  }

  /// A share of zero has no place on a logarithmic axis.
  private static func rows(_ reach: GradientReach?) -> [[Double]] {
    (reach?.shares ?? []).enumerated().filter { $1 >= 1 / Axis.limit && Axis.holds($1) }.map { [Double($0), $1] }
  }

  /// Before clipping and after it, on one axis.
  var normFigure: Figure? {
    let kinds = [("before clipping", \GradientNorms.mean), ("after clipping", \GradientNorms.clippedMean)]
    return figure(
      "norms", "mean norm of the gradient over training, logarithmic, before clipping and after it", logarithmic: true,
      kinds.map { label, norm in
        (
          "training steps, \(label)", "norm of the gradient",
          lines { $0.gradientNorms.map { ($0.step, $0.norms[keyPath: norm]) } }
        )
      })
  }

  /// Of recurrent weights, and of Jacobians.
  var spectraFigure: Figure? {
    func course(
      _ before: @escaping (Diagnosis) -> Double?, _ value: @escaping (Diagnosis.Summary) -> Double?
    ) -> [NamedLine] {
      lines { record in
        [(0, record.diagnosis.flatMap { before($0.before) })].compactMap { step, value in value.map { (step, $0) } }
          + record.curve.compactMap { point in point.diagnosis.flatMap(value).map { (point.step, $0) } }
      }
    }
    return figure(
      "spectra", "spectral radius of the recurrent weights and growth a step over training", logarithmic: false,
      [
        ("training steps", "spectral radius", course(\.spectralRadius, \.spectralRadius)),
        ("training steps", "growth a step", course({ $0.jacobian?.growth }, \.growth)),
      ], levels: [(1, "unchanged")])
  }

  /// A panel for each of what has lines; where all are of one quantity, on one axis.
  private func figure(
    _ name: String, _ title: String, logarithmic: Bool, _ kinds: [(x: String, y: String, lines: [NamedLine])],
    levels: [(value: Double, name: String)] = []
  ) -> Figure? {
    let drawn = kinds.filter { !$0.lines.isEmpty }
    guard !drawn.isEmpty else { return nil }
    let isOne = drawn.allSatisfy { $0.y == drawn[0].y }
    func points(_ lines: [NamedLine]) -> [[Double]] { lines.flatMap { $0.points + $0.shadows.compactMap { $0 } } }
    let panels = drawn.map { kind in
      let all = points(isOne ? drawn.flatMap(\.lines) : kind.lines)
      return Panel(
        x: Axis(kind.x, holding: all.map { $0[0] }),
        y: Axis(kind.y, holding: all.map { $0[1] } + levels.map(\.value), logarithmic: logarithmic), lines: kind.lines,
        levels: levels)
    }
    return Figure(
      name: "\(Markdown.slug(task.name))-gradient-\(name)", title: "\(task.name): \(title)",
      script: Panel.script(panels))
  }

  /// A line a backend with values: the mean over its runs at the steps that all have, single runs faint behind it.
  private func lines(_ values: (RunRecord) -> [(step: Int, value: Double)]) -> [NamedLine] {
    backends.compactMap { backend in
      let runs = backend.records.map { record in
        values(record).filter { Axis.holds($0.value) && $0.value >= 1 / Axis.limit }.map {
          [Double($0.step), $0.value]
        }
      }.filter { !$0.isEmpty }
      let all = runs.flatMap { $0 }
      let mean = (runs.first ?? []).compactMap { point -> [Double]? in
        let own = all.filter { $0[0] == point[0] }
        return own.count < runs.count ? nil : [point[0], own.reduce(0) { $0 + $1[1] } / Double(own.count)]
      }
      // Runs that broke at different steps share none.
      let rows = mean.isEmpty ? all.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) } : mean
      let shadows = runs.count > 1 ? Array(runs.map { $0 as [[Double]?] }.joined(separator: [nil])) : []
      return line(backend, rows, shadows)
    }
  }

  private func line(_ backend: Backend, _ rows: [[Double]], _ shadows: [[Double]?] = []) -> NamedLine? {
    rows.isEmpty ? nil : NamedLine(name: backend.name, look: backend.look, rows: rows, shadows: shadows)
  }
}
