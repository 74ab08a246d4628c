import CLibrary
import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// What a decoder writes, beside what whole forward passes say of every text that it could write.
@Suite struct DecodingTests {
  private static let forms = [
    ("gru", "{}", StackOptions.Direction.forward),
    ("lstm", "{attention: additive, decoder: {backend: lstm, layers: 2}}", .bidirectional),
    ("rnn", "{attention: multiplicative}", .forward),
    ("ssm", "{}", .forward),
    ("transformer", "{}", .forward),
    ("mamba", "{attention: additive}", .forward),
  ]

  private func network(_ form: Int, _ text: String, scale: Float = 2) throws -> (EncoderDecoder, SequenceToSequence) {
    let (backend, options, direction) = Self.forms[form]
    let made = try EncoderDecoderTests.network(Small.pairs(text), options, backend: backend, direction)
    // Untrained texts would all be nearly alike.
    for name in ["head.weight", "target.embedding.weight", "embedding.weight"] {
      Kernels.scale(made.network.parameters.value(made.network.parameters.named(name)!), by: scale)
    }
    made.network.parameters.changed()
    return made
  }

  /// Σ log p of texts and their ends, each behind its source, in whole forward passes.
  private func logProbabilities(_ network: EncoderDecoder, _ source: [Int32], _ texts: [[Int32]]) -> [Double] {
    texts.map { text in
      var item = EncodedSequence(
        tokens: [network.end] + text, labels: text + [network.end], seen: [Bool](repeating: true, count: text.count + 1)
      )
      item.source = source
      let batch = SequenceBatcher(sequences: [item], perToken: true).ordered(1)[0]
      return -ShardWorker(parameters: 0).evaluate(network, batch).sums.loss
    }
  }

  private func search(_ beam: Int, most: Int = 0, penalty: Double = 1) -> SearchOptions {
    var search = SearchOptions()
    (search.beam, search.maxOutput, search.lengthPenalty) = (beam, most, penalty)
    return search
  }

  private static let sources: [[Int32]] = [[1, 2, 3], [4], [2, 2, 5, 1, 3], [3, 1], [5, 4, 3, 2, 1, 1]]

  private func written(_ network: EncoderDecoder, _ sources: [[Int32]], _ search: SearchOptions) -> [WrittenText] {
    let source = BatchSource(tokens: sources, words: [])
    let texts = network.write(source.batch, search, keepsAttention: true)
    return source.places.map { texts[Int($0)] }
  }

  private static let text = "a b c d e > x y z\nb > y w\nd e > z w x"

  /// One token after the other, each the most probable behind all before it.
  @Test(arguments: forms.indices)
  func greedyIsTheMostProbableTokenOfWholePasses(_ form: Int) throws {
    let (network, task) = try network(form, Self.text)
    for (source, text) in zip(Self.sources, written(network, Self.sources, search(1, most: 6))) {
      var expected: [Int32] = []
      while expected.count < 6 {
        let choices = (1..<Int32(task.classes)).map { [$0] }
        let ways = logProbabilities(network, source, choices.map { expected + ($0 == [network.end] ? [] : $0) })
        // Of a text that goes on, only its beginning counts: what follows is taken away again.
        let all = zip(choices, ways).map { choice, way in
          choice == [network.end] ? way : way - self.end(network, source, expected + choice)
        }
        let best = all.indices.max { all[$0] < all[$1] }!
        if choices[best] == [network.end] { break }
        expected += choices[best]
      }
      #expect(text.tokens == expected)
      #expect(abs(text.logProbability - logProbabilities(network, source, [expected])[0]) < 1e-4)
    }
  }

  /// log p of the end behind a text.
  private func end(_ network: EncoderDecoder, _ source: [Int32], _ text: [Int32]) -> Double {
    var item = EncodedSequence(
      tokens: [network.end] + text,
      labels: [Int32](repeating: EncodedSequence.noLabel, count: text.count) + [network.end],
      seen: [Bool](repeating: true, count: text.count + 1))
    item.source = source
    let batch = SequenceBatcher(sequences: [item], perToken: true).ordered(1)[0]
    return -ShardWorker(parameters: 0).evaluate(network, batch).sums.loss
  }

  /// With as many hypotheses as there are texts the best of all is found, whatever lengths count for.
  @Test(arguments: forms.indices, [0.0, 0.6, 1, 3])
  func wideBeamsFindTheBestOfAll(_ form: Int, penalty: Double) throws {
    let (network, _) = try network(form, "a b c d e > x y\nb > y\nd e > y x")
    let tokens = (1..<4).map(Int32.init).filter { $0 != network.end }
    let texts = (0..<3).reduce(into: [[[Int32]]]([[[]]])) { all, _ in
      all.append(all.last!.flatMap { text in tokens.map { text + [$0] } })
    }.flatMap { $0 }
    #expect(texts.count == 15)
    for (source, found) in zip(Self.sources, written(network, Self.sources, search(16, most: 3, penalty: penalty))) {
      let scores = zip(texts, logProbabilities(network, source, texts)).map { text, logProbability in
        logProbability / pow(Double(text.count + 1), penalty)
      }
      let best = scores.indices.max { scores[$0] < scores[$1] }!
      #expect(found.tokens == texts[best])
      #expect(abs(found.score - scores[best]) < 1e-4)
    }
  }

  /// What stands beside a source, and in which order, changes nothing of what is written for it.
  @Test(arguments: forms.indices, [1, 3])
  func batchesAreOneByOne(_ form: Int, beam: Int) throws {
    let (network, _) = try network(form, Self.text)
    let together = written(network, Self.sources, search(beam))
    let alone = Self.sources.flatMap { written(network, [$0], search(beam)) }
    let backwards = Array(written(network, Self.sources.reversed(), search(beam)).reversed())
    for other in [alone, backwards] {
      #expect(other.map(\.tokens) == together.map(\.tokens))
      #expect(zip(other, together).allSatisfy { abs($0.score - $1.score) < 1e-4 })
    }
    #expect(Set(together.map(\.score)).count == Self.sources.count, "the test can tell sources apart")
  }

  @Test(arguments: forms.indices)
  func textsEndAndHaveNoUnknownTokens(_ form: Int) throws {
    let (network, _) = try network(form, Self.text)
    // <unk> would be chosen at every step, and the end at none.
    let bias = network.parameters.value(network.parameters.named("head.bias")!)
    (bias[0, 0], bias[0, Int(network.end)]) = (50, -50)
    network.parameters.changed()
    for beam in [1, 4] {
      for (most, limits) in [(2, [2, 2, 2, 2, 2]), (0, Self.sources.map { 2 * $0.count + 10 })] {
        let texts = written(network, Self.sources, search(beam, most: most))
        #expect(texts.map(\.tokens.count) == limits)
        #expect(!texts.contains { $0.tokens.contains(Vocabulary.unknownID) || $0.tokens.contains(network.end) })
      }
    }
  }

  @Test func attentionIsKept() throws {
    for (form, has) in [(0, false), (1, true), (2, true)] {
      let (network, _) = try network(form, Self.text)
      for (source, text) in zip(Self.sources, written(network, Self.sources, search(2, most: 4))) {
        guard has else {
          #expect(text.attention.isEmpty)
          continue
        }
        #expect(text.attention.count == text.tokens.count + 1)
        #expect(text.attention.allSatisfy { $0.count == source.count && abs($0.reduce(0, +) - 1) < 1e-5 })
        #expect(Set(text.attention.map { $0[0] }).count == text.attention.count || source.count == 1)
      }
    }
  }
}
