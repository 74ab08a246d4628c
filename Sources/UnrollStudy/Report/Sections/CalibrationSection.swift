import UnrollTraining

/// Whether models are right as often as they are sure: a reliability curve a task, and the expected calibration error.
struct CalibrationSection: ReportSection {
  let title = "Calibration"

  private let explanation =
    "Test targets by the probability of the class that was predicted, in \(Calibration.bins) bins of equal width: a model that is as sure as it is right "
    + "lies on the dashed line, one that is too sure below it. Curves pool the seeds that finished, and leave out bins of fewer than "
    + "\(CalibrationFigure.fewest) targets. The expected calibration error is the mean distance from the line, each bin by its share of the targets."

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.compactMap { task -> (task: TaskResults, models: [Calibrations])? in
      let models = task.backends.compactMap(Calibrations.init)
      return models.isEmpty ? nil : (task, models)
    }
    guard !tasks.isEmpty else { return [] }
    return [.paragraph(explanation)]
      + tasks.flatMap { task, models in
        let figure = CalibrationFigure(task: task, models: models).figure.map(Block.figure)
        return [task.heading] + [figure].compactMap(\.self) + [.table(table(models))]
      }
  }

  private func table(_ models: [Calibrations]) -> MarkdownTable {
    var table = MarkdownTable([
      ("backend", .left), ("expected calibration error (points) ↓", .right), ("sure (%)", .right),
      ("right (%)", .right), ("sure minus right (points)", .right),
    ])
    let values: [(Calibration) -> Double] = [
      \.expectedError, \.meanConfidence, \.accuracy, { $0.meanConfidence - $0.accuracy },
    ]
    for model in models {
      let cells = values.map { Sample(model.runs.map($0))?.text(scale: 100, decimals: 1) ?? "–" }
      table.add([Markdown.code(model.backend.name)] + cells)
    }
    return table
  }
}

/// Those of one backend's runs.
private struct Calibrations {
  let backend: BackendResults
  let runs: [Calibration]

  /// Nil where a run does not say.
  init?(_ backend: BackendResults) {
    (self.backend, runs) = (backend, backend.finished.compactMap(\.calibration))
    guard !runs.isEmpty, runs.count == backend.finished.count else { return nil }
  }

  var pooled: Calibration { runs.dropFirst().reduce(into: runs[0]) { $0 += $1 } }
}

/// How often a task's models are right, by how sure they are.
private struct CalibrationFigure {
  /// Targets in a bin that is drawn.
  static let fewest = 20

  let task: TaskResults
  let models: [Calibrations]

  /// Nil where no model has two bins to draw.
  var figure: Figure? {
    let lines = models.map { (look: Look(index: $0.backend.index), name: $0.backend.name, rows: rows($0.pooled)) }
      .filter { $0.rows.count > 1 }
    let values = lines.flatMap(\.rows).joined()
    guard let low = values.min(), let high = values.max() else { return nil }
    func axis(_ label: String) -> Axis { Axis(label, holding: [low, high], within: 0...100) }
    let diagonal = Plot.baseline(.rows([[low, low], [high, high]]), title: "as sure as right")
    let panel = Panel(
      x: axis("probability of the predicted class (%)"), y: axis("of these predicted right (%)"),
      plots: [diagonal] + lines.map { Plot.line($0.rows, $0.look, marks: 0.9, title: $0.name) })
    return Figure(
      name: "\(Markdown.slug(task.name))-calibration",
      title:
        "\(task.name): how often test targets are predicted right against how sure the model is, one line a backend",
      script: Panel.script([panel]))
  }

  private func rows(_ pooled: Calibration) -> [[Double]] {
    pooled.counts.indices.filter { pooled.counts[$0] >= CalibrationFigure.fewest }.map { bin in
      [pooled.confidences[bin], Double(pooled.right[bin])].map { 100 * $0 / Double(pooled.counts[bin]) }
    }
  }
}
