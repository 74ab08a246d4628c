import Testing
import UnrollCore
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// Every backend can learn a small set by heart on every harness.
@Suite struct LearningTests {
  @Test(arguments: Small.backends)
  func tagging(backend: String) throws {
    let data = try Small.tagged(Small.sentences(30))
    let scores = try learn(Tagging(data, characters: false), data, backend, epochs: 60)
    #expect(scores["accuracy"]! > 0.99)
  }

  @Test(arguments: Small.backends)
  func classification(backend: String) throws {
    let data = try Small.labelled(Small.texts(40))
    let scores = try learn(Classification(data, characters: false), data, backend, epochs: 80)
    #expect(scores["accuracy"]! > 0.99)
  }

  /// The baseline of frequencies is at about 2 bits; what comes next hangs on more than the last character.
  @Test(arguments: Small.backends)
  func languageModelling(backend: String) throws {
    let data = try Small.text(String(repeating: "abcabdacb", count: 30))
    let scores = try learn(LanguageModelling(data, characters: true), data, backend, epochs: 60)
    #expect(scores["bits-per-character"]! < 0.15)
  }

  private func learn(_ task: some Task, _ data: EncodedData, _ backend: String, epochs: Int) throws -> [String: Double]
  {
    let model = try Small.model(data, task, try Small.backend(backend, width: 16))
    var options = TrainingOptions()
    (options.epochs, options.batch, options.chunk) = (epochs, 4, 16)
    options.optimiser.learningRate = 0.01
    let outcome = Trainer(model, task, options, wordDropout: 0, data.vocabulary, random: RandomSource(seed: 1)).train()
    #expect(outcome.divergence == nil)
    return outcome.scores[.test] ?? [:]
  }
}
