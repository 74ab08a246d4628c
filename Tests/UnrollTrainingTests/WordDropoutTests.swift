import Testing
import UnrollCore
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// A word seen n times is dropped with probability a/(a + n).
@Suite struct WordDropoutTests {
  /// Of the unknown word, one that is frequent, two that are rare.
  private let counts = [1, 100, 2, 1]

  @Test(arguments: [(1, 0.5 / 100.5), (2, 0.2), (3, 1.0 / 3)] as [(Int32, Double)])
  func probability(word: Int32, expected: Double) {
    let count = 40_000
    let batch = Batch(
      PackedSteps(count: count, length: 1), tokens: [Int32](repeating: word, count: count),
      targets: [Int32](repeating: 0, count: count))
    let dropped = WordDropout(0.5, counts).applied(to: batch, RandomSource(seed: 4))
    let share = Double(dropped.tokens.count { $0 == 0 }) / Double(count)
    let deviation = (expected * (1 - expected) / Double(count)).squareRoot()
    #expect(abs(share - expected) < 4 * deviation)
    #expect(dropped.tokens.allSatisfy { $0 == 0 || $0 == word })
    #expect(dropped.targets == batch.targets)
    #expect(WordDropout(0.5, counts).applied(to: batch, RandomSource(seed: 4)).tokens == dropped.tokens)
    #expect(WordDropout(0, counts).applied(to: batch, RandomSource(seed: 4)).tokens == batch.tokens)
  }
}

/// Where embeddings begin.
@Suite struct EmbeddingInitTests {
  @Test(arguments: [(0, 0.1), (0.5, 0.5), (1, 1)])
  func standardDeviation(option: Double, expected: Double) throws {
    var options = ModelOptions()
    (options.embedding, options.embeddingInit) = (100, option)
    let model = try SequenceNetwork(
      NetworkRecipe(options, try Small.backend("rnn", width: 3), .everyStep, NetworkData(tokens: 1000, outputs: 2)),
      random: RandomSource(seed: 2))
    let values = model.parameters.value(try #require(model.parameters.named("embedding.weight")))
    #expect(abs((Kernels.sumOfSquares(values) / Double(values.count)).squareRoot() / expected - 1) < 0.02)
  }

  @Test func theUnitChoosesWhereNothingIsSaid() {
    var options = ModelOptions()
    #expect(options.forUnit(characters: false).embeddingInit == 0.125)
    #expect(options.forUnit(characters: true).embeddingInit == 1)
    // As output weights values of one are far too large.
    var head = SoftmaxHeadOptions()
    head.tied = true
    options.head = head
    #expect(options.forUnit(characters: true).embeddingInit == 0.125)
    options.embeddingInit = 0.3
    #expect(options.forUnit(characters: true).embeddingInit == 0.3)
  }
}
