import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// A head of somebody's own: training and evaluation ask it alone for losses and predictions.
@Suite struct OwnHeadTests {
  /// Learns nothing, and says the second class whatever comes.
  private struct Stubborn: Head, HeadOptions {
    static let name = "stubborn"
    static let summary = "always says the same"
    static let table: [OptionKey<Stubborn>] = []

    func make(_ width: Int, _ recipe: NetworkRecipe, _ parameters: ParameterBuilder) -> any Head { self }

    var multiplyAdds: Int { 0 }

    func loss(
      _ x: Matrix, _ batch: Batch, weight: Float, _ pass: Pass
    ) -> (sums: LossSums, pullback: () -> Matrix) {
      (LossSums(loss: 7, count: 1), { pass.arena.zeros(x.rows, x.columns) })
    }

    func predict(_ x: Matrix, _ batch: Batch, _ pass: Pass) -> Prediction {
      let count = batch.targets.count
      return Prediction(
        sums: LossSums(), classes: [Int32](repeating: 1, count: count), losses: [Float](repeating: 0, count: count)
      ) { x }
    }

    func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { .identity(x, pass) }
  }

  @Test func isAskedFor() throws {
    let data = try Small.tagged("a/x b/y\nb/y", development: "b/y b/y b/y a/x")
    let task = Tagging(data, characters: false)
    var options = ModelOptions()
    options.head = Stubborn()
    let model = try SequenceNetwork(
      NetworkRecipe(
        options, try Small.backend("gru", width: 5), .everyStep, NetworkData(data.vocabulary, outputs: task.classes)),
      random: RandomSource(seed: 1))
    let before = model.weights
    var training = TrainingOptions()
    training.epochs = 1
    let outcome = try Trainer(model, task, training, random: RandomSource(seed: 1)).train()
    #expect(outcome.curve.map(\.trainingLoss) == [7])
    #expect(outcome.scores[.development]?["accuracy"] == 0.75)
    #expect(model.weights == before, "a gradient of zero")
  }
}
