import UnrollCore

@testable import UnrollStudy
@testable import UnrollTraining

/// Finished runs of a backend, a seed for each score.
func seeds(
  _ backend: String, _ scores: [Double], _ metric: Metric = .accuracy, task: String = "tags"
) -> [RunRecord] {
  zip(1..., scores).map { Synthetic.record(backend, seed: $0, score: $1, task: task, metric: metric) }
}

/// Records that no run has left: a few knobs over plausible constants.
enum Synthetic {
  /// A finished run; `score` is the primary metric's on the test split, and its curve comes from below (or above).
  static func record(
    _ backend: String, seed: Int, score: Double, task: String = "tags", metric: Metric = .accuracy
  ) -> RunRecord {
    let start = metric.higherIsBetter ? 0.4 : 5.0
    let curve = (1...8).map { epoch in
      let value = score * (1 - (1 - start) / Double(epoch * epoch))
      return point(epoch: Double(epoch), development: [metric.name: value])
    }
    return RunRecord(
      format: RunRecord.currentFormat, study: "demo", question: "Which cell tags best?",
      cell: .init(task: task, kind: "tagging", backend: backend, seed: seed),
      identity: Digest.hex(Array("\(task) \(backend) \(seed)".utf8)), status: .finished, failure: nil,
      settings: settings(backend, seed), data: data, metrics: [metric], curve: curve, bestEpoch: 8,
      scores: [.test: [metric.name: score]], baseline: metric.higherIsBetter ? "majority" : "unigram",
      baselineScores: [metric.name: metric.higherIsBetter ? 0.6 : 600], cost: cost(backend, seed),
      groups: [.init(treatment: .init(name: "matrices", learningRateFactor: 1, weightDecay: true), count: 40_000)],
      environment: .init(
        cpu: "Imaginary CPU", system: "Linux", libraries: ["gsl": "2.7"], version: "1.0",
        commit: "0123456789abcdef"))
  }

  /// The same run, lost at step 12.
  static func lost(_ record: RunRecord, _ status: RunRecord.Status, _ message: String) -> RunRecord {
    var record = record
    record.status = status
    record.scores = [:]
    record.failure = .init(message: message, step: 12, tensor: "lstm.weight_hh_l0")
    return record
  }

  static func point(epoch: Double, loss: Double = 0.5, development: [String: Double]) -> CurvePoint {
    .init(
      epoch: epoch, step: Int(min(epoch, 1000) * 100), tokens: Int(min(epoch, 1000) * 1000),
      seconds: epoch, trainingLoss: loss, learningRate: 0.001, development: development)
  }

  /// Two backends at three seeds: accuracies 0.942, 0.941, 0.943 and 0.930, 0.934, 0.932.
  static var two: [RunRecord] {
    zip(1..., [0.942, 0.941, 0.943]).map { record("lstm", seed: $0, score: $1) }
      + zip(1..., [0.930, 0.934, 0.932]).map { record("gru", seed: $0, score: $1) }
  }

  private static func settings(_ backend: String, _ seed: Int) -> Value {
    .table([
      "seed": .integer(seed), "training": .table(["epochs": .integer(8), "clip": .number(1)]),
      "backend": .table(["name": .string(backend)]),
    ])
  }

  private static let data = RunRecord.DataSummary(
    name: "Imaginary corpus", version: "2.1", licence: "CC0", digest: String(repeating: "ab", count: 32),
    sizes: [.train: 12_000, .development: 1_500, .test: 1_600], vocabulary: 9_000, classes: 41)

  private static func cost(_ backend: String, _ seed: Int) -> RunRecord.Cost {
    let size = backend.utf8.reduce(0) { $0 + Int($1) }
    return .init(
      parameters: size * 100, width: size / 4, stateFloats: size / 2,
      multiplyAddsPerToken: size * 90,
      trainingTokensPerSecond: 9e6 / Double(size) + Double(seed * 40), inferenceTokensPerSecond: 4e7 / Double(size),
      peakMemory: 120 + Double(seed), seconds: Double(size) / 4 + Double(seed) / 3)
  }
}
