import UnrollCore
import UnrollTraining

/// The runs of one task that recorded what gradients do, by backend.
struct DiagnosedTask {
  struct Backend {
    let results: BackendResults
    let records: [RunRecord]

    var name: String { results.name }
    var look: Look { Look(index: results.index) }
    var before: [Diagnosis] { records.compactMap { $0.diagnosis?.before } }
    var after: [Diagnosis] { records.compactMap { $0.diagnosis?.after } }
    /// Of every point of every run, and of what came before a run broke.
    var norms: [GradientNorms] { records.flatMap { $0.gradientNorms.map(\.norms) } }
    /// The largest norm that a step of it was given, after clipping; nil without any.
    var largestStep: Double? { norms.map { clip == 0 ? $0.largest : min($0.largest, clip) }.max() }
    /// What norms are clipped to; 0 for none.
    var clip: Double { records[0].settings["training"]?["clip"]?.number ?? 0 }

    /// A mean over seeds; nil where none has a gradient.
    func reach(_ diagnoses: KeyPath<Backend, [Diagnosis]>) -> GradientReach? {
      GradientReach(mean: self[keyPath: diagnoses].compactMap(\.reach))
    }
  }

  let task: TaskResults
  let backends: [Backend]

  init(_ task: TaskResults) {
    self.task = task
    backends = task.backends.map { backend in
      Backend(results: backend, records: backend.records.filter { $0.diagnosis != nil })
    }.filter { !$0.records.isEmpty }
  }
}

extension RunRecord {
  /// Norms of gradients by the training step up to which they go: between evaluations, and before training broke.
  var gradientNorms: [(step: Int, norms: GradientNorms)] {
    curve.compactMap { point in point.gradients.map { (point.step, $0) } }
      + [diagnosis?.broken].compactMap { $0 }.map { (failure?.step ?? $0.steps, $0) }
  }
}
