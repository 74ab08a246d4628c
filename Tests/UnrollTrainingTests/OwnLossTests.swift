import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// A task may have a loss and a prediction of its own: training and evaluation ask it, not the default.
@Suite struct OwnLossTests {
  /// Learns nothing, and says the second class whatever comes.
  private struct Stubborn: Task {
    static let name = "stubborn"
    static let version = 1
    static let summary = "always says the same"
    static let kind = CorpusKind.tagged
    static let reading = Reading.everyStep

    private let inner: Tagging

    init(_ data: EncodedData, characters: Bool) { inner = Tagging(data, characters: characters) }

    var classes: Int { inner.classes }
    var metrics: [Metric] { inner.metrics }

    func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
      inner.batches(split, options, random)
    }

    func loss(_ logits: Matrix, _ batch: Batch, weight: Float) -> LossSums {
      logits.fill(0)
      var sums = LossSums()
      (sums.loss, sums.count) = (7, 1)
      return sums
    }

    func prediction(_ logits: Matrix, _ batch: Batch) -> (sums: LossSums, predicted: [Int32]) {
      (LossSums(), [Int32](repeating: 1, count: batch.targets.count))
    }

    func scorer() -> any Scorer { inner.scorer() }
    func baseline() -> (name: String, scores: [String: Double]) { inner.baseline() }
  }

  @Test func areAskedFor() throws {
    let data = try Small.tagged("a/x b/y\nb/y", development: "b/y b/y b/y a/x")
    let task = Stubborn(data, characters: false)
    let model = try Small.model(data, task, try Small.backend("gru", width: 5))
    let before = model.weights
    var options = TrainingOptions()
    options.epochs = 1
    let outcome = Trainer(model, task, options, wordDropout: 0, data.vocabulary, random: RandomSource(seed: 1)).train()
    #expect(outcome.curve.map(\.trainingLoss) == [7])
    #expect(outcome.scores[.development]?["accuracy"] == 0.75)
    #expect(model.weights == before, "a gradient of zero")
  }
}
