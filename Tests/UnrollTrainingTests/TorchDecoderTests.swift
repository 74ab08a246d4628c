import Foundation
import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// A bidirectional GRU that reads and an LSTM with additive attention that writes, beside PyTorch (`scripts/reference/encoder_decoder.py`).
@Suite struct TorchDecoderTests {
  private struct Case: Decodable {
    struct Tensor: Decodable {
      let shape: [Int]
      let values: [Float]
    }

    struct Text: Decodable {
      let tokens: [Int32]
      let logProbability: Double
      let attention: [[Float]]
    }

    let sources, targets: [[Int32]]
    let losses: [Double]
    let tensors: [String: Tensor]
    let gradients: [String: [Float]]
    let texts: [Text]

    /// The first target of every pair, where each has its end.
    var starts: [Int] {
      targets.indices.map { index in targets[..<index].reduce(0) { $0 + $1.count + 1 } }
    }

    static func read() throws -> Case {
      let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/encoder-decoder.json")
      return try JSONDecoder().decode(Case.self, from: Data(contentsOf: file))
    }

    /// A network with these values, and all pairs as one batch.
    func network() throws -> (EncoderDecoder, Batch) {
      func vocabulary(_ count: Int, _ first: [String]) -> Vocabulary {
        let tokens = first + (first.count..<count).map { "w\($0)" }
        return Vocabulary(tokens: tokens, counts: [Int](repeating: 1, count: count))
      }
      let words = vocabulary(tensors["embedding.weight"]!.shape[0], [Vocabulary.unknown])
      let signs = vocabulary(tensors["head.weight"]!.shape[0], [Vocabulary.unknown, Vocabulary.end])
      var data = NetworkData(words, outputs: signs.count)
      data.targets = signs
      var model = ModelOptions(for: SequenceToSequence.self, numbers: false)
      (model.embedding, model.attention) = (tensors["embedding.weight"]!.shape[1], .additive)
      model.decoder = try DecoderBackend.read(
        Setting(yaml: "{backend: lstm, width: \(tensors["attention.weight"]!.shape[0])}", file: "s.yaml"))
      let width = tensors["encoder.weight_hh_l0"]!.shape[1]
      let recipe = NetworkRecipe(model, try Small.backend("gru", width: width, .bidirectional), .everyStep, data)
      let own = tensors.mapValues { SafeTensors.Tensor($0.shape, $0.values) }
      let counting = ParameterBuilder.counting()
      _ = try EncoderDecoder(recipe, counting)
      try Parameters.check(own, counting.declared)
      let items = zip(sources, targets).map { source, target in
        var item = EncodedSequence(tokens: [1] + target, labels: target + [1], seen: [])
        item.source = source
        return item
      }
      return (
        try EncoderDecoder(recipe, .given(own)), SequenceBatcher(sequences: items, perToken: true).ordered(10)[0]
      )
    }
  }

  @Test func lossAndGradients() throws {
    let torch = try Case.read()
    let (network, batch) = try torch.network()
    let (loss, gradient) = EncoderDecoderTests.loss(network, batch)
    let expected = torch.losses.reduce(0, +)
    #expect(abs(loss - expected) < 1e-5 * expected)
    #expect(Set(network.parameters.list.map(\.name)) == Set(torch.gradients.keys))
    for parameter in network.parameters.list {
      let (own, theirs) = (
        gradient[parameter.offset..<parameter.offset + parameter.count], torch.gradients[parameter.name]!
      )
      let scale = theirs.map { abs($0) }.max()!
      #expect(zip(own, theirs).allSatisfy { abs($0 - $1) < 2e-5 * scale }, "\(parameter.name)")
    }
    // Each pair by itself, too: its first position says which it is.
    for sequence in torch.sources.indices {
      let (own, expected) = (
        batch.sequences([sequence]), torch.losses[torch.starts.firstIndex(of: Int(batch.positions[sequence]))!]
      )
      #expect(abs(EncoderDecoderTests.loss(network, own).value - expected) < 1e-5 * expected)
    }
  }

  @Test func whatIsWritten() throws {
    let torch = try Case.read()
    let (network, _) = try torch.network()
    let source = BatchSource(tokens: torch.sources, words: [])
    let texts = network.write(source.batch, SearchOptions(), keepsAttention: true)
    for (place, expected) in zip(source.places, torch.texts) {
      let text = texts[Int(place)]
      #expect(text.tokens == expected.tokens && abs(text.logProbability - expected.logProbability) < 1e-4)
      #expect(text.attention.count == expected.attention.count)
      #expect(zip(text.attention.joined(), expected.attention.joined()).allSatisfy { abs($0 - $1) < 1e-4 })
    }
    #expect(Set(torch.texts.map(\.tokens)).count > 2)
  }
}
