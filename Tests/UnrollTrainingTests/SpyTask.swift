import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// A tagging task that writes down which splits were asked for, and can be told what development scores to report.
struct SpyTask: Task {
  /// What happened, in order. Unchecked: a trainer asks from one thread.
  final class Log: @unchecked Sendable {
    var splits: [Split] = []
    var developments = 0
  }

  static let name = "spy"
  static let version = 1
  static let summary = "writes down what it is asked"
  static let kind = CorpusKind.tagged
  static let reading = Reading.everyStep
  static let metrics = Tagging.metrics

  let log = Log()
  private let inner: Tagging
  /// Development accuracies in the order of evaluations; the true ones when empty.
  private let script: [Double]

  init(_ data: EncodedData, characters: Bool) { self.init(data, script: []) }

  init(_ data: EncodedData, script: [Double]) {
    inner = Tagging(data, characters: false)
    self.script = script
  }

  var classes: Int { inner.classes }
  var metrics: [Metric] { inner.metrics }

  func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
    log.splits.append(split)
    return inner.batches(split, options, random)
  }

  func targets(_ split: Split) -> Targets { inner.targets(split) }

  func scores(_ predictions: Predictions, _ split: Split) -> [String: Double] {
    guard split == .development, !script.isEmpty else { return inner.scores(predictions, split) }
    log.developments += 1
    return ["accuracy": script[log.developments - 1]]
  }

  func baseline() -> (name: String, scores: [String: Double]) { inner.baseline() }
}
