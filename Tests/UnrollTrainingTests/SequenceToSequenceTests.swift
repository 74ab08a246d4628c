import CLibrary
import Testing
import UnrollCore
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// How texts that a decoder wrote are scored and kept.
@Suite struct SequenceToSequenceTests {
  /// Three test pairs, of which the second asks for a word that training lacks.
  private func data() throws -> EncodedData {
    try Small.pairs("a b > x y\nb > x y\nc a > y", test: "a > x y\nb a > new x\nc x > y x y")
  }

  private func ids(_ data: EncodedData, _ text: String) -> [Int32] {
    text.split(separator: " ").map { data.targetVocabulary!.id(String($0)) }
  }

  @Test func textsAreScored() throws {
    let data = try data()
    let task = SequenceToSequence(data, characters: false)
    let targets = task.targets(.test)
    #expect(targets.itemStarts == [0, 3, 6] && targets.count == 10)
    let said = Predictions(texts: [ids(data, "x y"), ids(data, "x"), ids(data, "y y y")], of: targets)
    let scores = task.scores(said, .test)
    #expect(scores["exact-match"]! == 1.0 / 3)
    // One word is missing, one is another.
    #expect(scores["token-error-rate"]! == 2.0 / 7)
    #expect(scores["repeats"]! == 1.0 / 3)
    #expect(scores["bleu"] == nil && scores["nats-per-token"] == nil)
    #expect((0..<3).map(said.isExact) == [true, false, false])
  }

  /// No word of this source is written; elsewhere a copy is counted.
  @Test func copiesAreCountedWhereThereCanBeSome() throws {
    #expect(!SequenceToSequence(try Small.pairs("a b > x"), characters: false).metrics.contains(.copies))
    let data = try Small.pairs("a b > b a\nc > c", test: "a b > b a\nc > c")
    let task = SequenceToSequence(data, characters: false)
    let scores = task.scores(Predictions(texts: [ids(data, "a b"), ids(data, "c")], of: task.targets(.test)), .test)
    #expect(scores["copied-sources"] == 0.5)
  }

  /// A word that the vocabulary lacks is no word that can be said, so that a text with it is never right.
  @Test func unknownWordsAreNeverRight() throws {
    let data = try data()
    let task = SequenceToSequence(data, characters: false)
    guard case .sequences(let splits) = data.corpus else { preconditionFailure("pairs") }
    #expect(splits.test.map(\.reference) == [nil, ["new", "x"], nil])
    let said = Predictions(texts: [[], [0] + ids(data, "x"), []], of: task.targets(.test))
    #expect(task.scores(said, .test)["exact-match"] == 0)
  }

  /// A source that comes again is asked for once, and what any of its pairs asks for is right.
  @Test func sourcesWithSeveralTargets() throws {
    let data = try Small.pairs("a b > x y\nb > x y\nc a > y\nb b > y", test: "a > x y\nc > y\na > y x")
    let task = SequenceToSequence(data, characters: false)
    let targets = task.targets(.test)
    #expect(targets.alternatives == [[0, 2], [1], []])
    let said = Predictions(texts: [ids(data, "y x"), ids(data, "x"), ids(data, "x")], of: targets)
    #expect(task.scores(said, .test)["exact-match"] == 0.5 && task.scores(said, .test)["token-error-rate"]! == 1.0 / 3)
    #expect((0..<3).map(said.isExact) == [true, false, nil])
    #expect(said.items().weights == [0, 0, 0], "nobody looked at the tokens")
  }

  /// Where a source says too little, only losses are scored.
  @Test func manyTargetsOfOneSource() throws {
    let data = try Small.pairs("a > x y\na > y y\nb > y x\nb > z", test: "a > x x")
    let (network, task) = try EncoderDecoderTests.network(data)
    #expect(task.metrics.map(\.name) == ["nats-per-token", "perplexity", "token-accuracy"])
    let evaluation = try Evaluation.run(
      network, task, .test, task.batches(.test, TrainingOptions(), nil), ShardWorker(parameters: 0))
    #expect(Set(evaluation.scores.keys) == Set(task.metrics.map(\.name)))
    #expect(task.targets(.train).alternatives == [[0], [1], [2], [3]], "each is asked for by itself")
    let baseline = task.baseline()
    #expect(baseline.name == "frequencies of tokens")
    // x, y, z and the end stand 2, 4, 1 and 4 times in training; one more of each, and one of <unk>.
    let expected = -(2 * log(3.0 / 16) + log(5.0 / 16)) / 3
    #expect(abs(baseline.scores["nats-per-token"]! - expected) < 1e-12)
  }

  @Test func baselineIsTheMostFrequentTarget() throws {
    let baseline = SequenceToSequence(try data(), characters: false).baseline()
    #expect(baseline.name == "most frequent target")
    #expect(baseline.scores["exact-match"]! == 1.0 / 3)
  }

  /// Sentences of a language have BLEU first.
  @Test func manyWordsAreALanguage() throws {
    let many = (0..<600).map { "a\($0) > w\($0)" }.joined(separator: "\n")
    let task = SequenceToSequence(try Small.pairs(many), characters: false)
    #expect(task.metrics.first == .bleu && task.metrics.contains(.chrF))
    #expect(SequenceToSequence(try data(), characters: false).metrics.first == .exactMatch)
  }

  /// An item is right where the text is, whatever its tokens were under teacher forcing.
  @Test func itemsAreWholes() throws {
    let data = try data()
    let (network, task) = try EncoderDecoderTests.network(data)
    let evaluation = try Evaluation.run(
      network, task, .test, task.batches(.test, TrainingOptions(), nil), ShardWorker(parameters: 0))
    let items = evaluation.predictions.items()
    #expect(items.weights == [3, 3, 4])
    for item in 0..<3 {
      #expect((items.right![item] == items.weights[item]) == evaluation.predictions.isExact(item))
    }
    #expect(evaluation.scores["nats-per-token"]!.isFinite && evaluation.scores["exact-match"] != nil)
    guard case .texts(let texts) = task.answers(evaluation.predictions) else {
      Issue.record("no texts")
      return
    }
    #expect(texts.count == 3)
  }

  /// As bytes and back: the same network, which writes the same.
  @Test(arguments: [
    "{}", "{attention: multiplicative, beam: 2}",
    "{decoder: {backend: lstm, width: 7, layers: 2}, attention: additive, beam: 3, length_penalty: 0.5}",
    "{decoder: gru, max_output: 3, head: {head: softmax, tied: true}, embedding: 5}",
  ])
  func modelsComeBack(_ options: String) throws {
    let data = try Small.pairs(EncoderDecoderTests.text)
    var model = ModelOptions(for: SequenceToSequence.self, numbers: false)
    try model.apply(try Setting(yaml: options, file: "s.yaml").entries(""), "model")
    let recipe = NetworkRecipe(
      model, try Small.backend("gru", width: 5, .bidirectional), .everyStep,
      SequenceToSequence(data, characters: false).data(of: data))
    let network = try EncoderDecoder(recipe, random: RandomSource(seed: 4))
    let file = ModelFile(
      network, recipe, SequenceToSequence.self, tokeniser: Tokeniser(), targetTokeniser: Tokeniser(unit: .character))
    let bytes = try file.encoded()
    let again = try ModelFile(bytes, file: "m")
    #expect(try again.encoded() == bytes)
    let other = try #require(try again.network() as? EncoderDecoder)
    #expect(other.parameters.list.map(\.name) == network.parameters.list.map(\.name))
    #expect(other.parameters.values.row.array == network.parameters.values.row.array)
    let said = try Predictor(again).predict("a d zz")
    let source = BatchSource(tokens: [["a", "d", "zz"].map(data.vocabulary.id)], words: [])
    let text = network.write(source.batch, model.search)[0]
    #expect(said.output == text.tokens.map { data.targetVocabulary!.tokens[Int($0)] })
    #expect(said.outputText == said.output?.joined() && said.logProbability == text.logProbability)
    #expect((said.attention == nil) == (model.attention == .none) && said.labels == nil)
    #expect(try Predictor(again).predict(" ") == TextPrediction(tokens: []))
    #expect(try (again.searching(beam: 5).network() as? EncoderDecoder)?.search.beam == 5)
  }

  @Test func lengthsTellTextsApart() throws {
    let data = try data()
    let task = SequenceToSequence(data, characters: false)
    let said = Predictions(texts: [ids(data, "x y"), [], []], of: task.targets(.test))
    let found = Breakdown.all(said, data, task.metrics)
    #expect(found.map(\.name) == ["tokens of the target", "tokens of the source"])
    #expect(found[0].labels == ["2", "3"] && found[0].weights == [2, 1] && found[0].sums == [1, 0])
    #expect(found[1].labels == ["1", "2"] && found[1].weights == [1, 2] && found[1].sums == [1, 0])
  }

  /// In a batch every text stands beside its own source, whatever the lengths.
  @Test func batchesKeepPairsTogether() throws {
    let data = try Small.pairs(Small.reversals(50))
    guard case .sequences(let splits) = data.corpus else { preconditionFailure("pairs") }
    let pairs = Set(splits.train.map { [$0.source, $0.labels] })
    let task = SequenceToSequence(data, characters: false)
    for batch in task.batches(.train, TrainingOptions(), RandomSource(seed: 1)) + [
      task.batches(.train, TrainingOptions(), nil)[0].sequences([1, 4, 5])
    ] {
      let source = batch.source!
      let texts = source.batch.unpacked(source.batch.tokens)
      for (own, target) in batch.unpacked(batch.targets).enumerated() {
        #expect(pairs.contains([texts[Int(source.places[own])], target]))
      }
    }
  }
}
