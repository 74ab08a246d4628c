import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// Every backend can learn a small set by heart on every task, but for a bag of words: the labels hang on the order.
@Suite struct LearningTests {
  private static let backends = Small.backends.filter { $0 != AveragingOptions.name }

  private struct Recipe {
    var layers = 1
    var rate = 0.01
    /// Times the epochs.
    var patience = 1
    var positions = ""
  }

  private static let usual = Recipe()
  /// One minimal layer is linear in what the words say and cannot add two of them modulo three.
  private static let deeper = Recipe(layers: 2)
  /// Attention learns by heart more slowly, and not at the rate of the others.
  private static let slower = Recipe(rate: 0.003, patience: 3)
  /// Rotary positions cannot tell a first word from one that follows its like, since attention averages equal rows; sinusoids can.
  private static let sinusoidal = Recipe(rate: 0.003, patience: 3, positions: "sinusoidal")

  private static let own = [
    MinGRUOptions.name: [deeper], MinLSTMOptions.name: [deeper], TransformerOptions.name: [slower, sinusoidal],
  ]
  private static let ordinary: Set = [
    AttentionRNNOptions.name, ConvolutionOptions.name, GRUOptions.name, HighwayRNNOptions.name,
    LayerNormLSTMOptions.name, LRUOptions.name, LSTMOptions.name, MambaOptions.name, ResidualRNNOptions.name,
    RNNOptions.name, S4DOptions.name, SelectiveSSMOptions.name, SLSTMOptions.name, SSMOptions.name,
    StackOfBackendsOptions.name,
  ]

  /// How a backend is trained, until it has learnt. One that stands in neither table may be like any of them.
  private static func recipes(_ backend: String) -> [Recipe] {
    if let recipes = own[backend] { return recipes }
    return ordinary.contains(backend) ? [usual] : [usual, deeper, slower, sinusoidal]
  }

  @Test(arguments: backends)
  func tagging(backend: String) throws {
    let data = try Small.tagged(Small.sentences(30))
    try expect(Tagging(data, characters: false), data, backend, epochs: 60) { $0["accuracy", default: 0] > 0.99 }
  }

  @Test(arguments: backends)
  func classification(backend: String) throws {
    let data = try Small.labelled(Small.texts(40))
    try expect(Classification(data, characters: false), data, backend, epochs: 80) { $0["accuracy", default: 0] > 0.99 }
  }

  /// The baseline of frequencies is at about 2 bits; what comes next hangs on more than the last character.
  /// Without `residual-rnn`, whose state grows with the text that it carries.
  @Test(arguments: backends.filter { $0 != ResidualRNNOptions.name })
  func languageModelling(backend: String) throws {
    let data = try Small.text(String(repeating: "abcabdacb", count: 30))
    try expect(LanguageModelling(data, characters: true), data, backend, epochs: 60) {
      $0["bits-per-character", default: .infinity] < 0.15
    }
  }

  /// The value that followed a key: tokens must not drown under what says where they stand.
  @Test(arguments: [TransformerOptions.Positions.sinusoidal, TransformerOptions().positions])
  func attentionRecalls(positions: TransformerOptions.Positions) throws {
    let setting = try Setting(
      yaml: """
        {name: associative-recall, length: 10, symbols: 4, pairs: 3, queries: 2, train_items: 1000, development_items: 100,
         test_items: 200}
        """, file: "")
    let data = try EncodedData(try DataRequest(setting).load(DataLocation(roots: [])))
    var attention = TransformerOptions()
    attention.positions = positions
    var (settings, model, options) = (BackendSettings(attention), ModelOptions(), TrainingOptions())
    (settings.stack.width, settings.stack.layers) = (32, 2)
    (model.embedding, model.wordDropout) = (32, 0)
    (options.epochs, options.warmup, options.optimiser.learningRate) = (8, 20, 0.005)
    let task = Tagging(data, characters: false)
    let made = try SequenceNetwork(
      NetworkRecipe(model, settings, .everyStep, NetworkData(data.vocabulary, outputs: task.classes)),
      random: RandomSource(seed: 1))
    let outcome = try Trainer(made, task, options, random: RandomSource(seed: 1)).train()
    #expect(outcome.scores[.test]!["accuracy"]! > 0.95)
  }

  @Test func aBagOfWordsCannot() throws {
    let data = try Small.labelled(Small.texts(40))
    let scores = try learn(
      Classification(data, characters: false), data, AveragingOptions.name, epochs: 80, Self.usual)
    #expect((0.5..<0.95).contains(scores["accuracy"]!))
  }

  private func expect(
    _ task: some Task, _ data: EncodedData, _ backend: String, epochs: Int, _ isLearnt: ([String: Double]) -> Bool
  ) throws {
    var seen: [[String: Double]] = []
    for recipe in Self.recipes(backend) where !seen.contains(where: isLearnt) {
      seen.append(try learn(task, data, backend, epochs: epochs, recipe))
    }
    let learnt = seen.contains(where: isLearnt)
    #expect(learnt, "\(seen)")
  }

  private func learn(
    _ task: some Task, _ data: EncodedData, _ backend: String, epochs: Int, _ recipe: Recipe
  ) throws -> [String: Double] {
    var settings = try Small.backend(backend, width: 16)
    settings.stack.layers = recipe.layers
    if !recipe.positions.isEmpty, settings.keys.contains("positions") {
      try settings.apply(try Setting(yaml: "{positions: \(recipe.positions)}", file: "").entries(""))
    }
    let model = try Small.model(data, task, settings)
    var options = TrainingOptions()
    (options.epochs, options.batch, options.chunk) = (epochs * recipe.patience, 4, 16)
    options.optimiser.learningRate = recipe.rate
    let outcome = try Trainer(model, task, options, random: RandomSource(seed: 1)).train()
    return outcome.divergence == nil ? outcome.scores[.test] ?? [:] : [:]
  }
}
