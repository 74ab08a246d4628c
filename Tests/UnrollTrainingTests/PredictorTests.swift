import Foundation
import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// What models say of single texts, beside what they say of batches.
@Suite struct PredictorTests {
  /// Weights and predictions of PyTorch: scripts/reference/models.py.
  @Test func aModelOfPyTorch() throws {
    struct Said: Decodable {
      var text: String
      var labels: [String]
      var probabilities: [Float]
    }
    let folder = try #require(Bundle.module.resourcePath) + "/Cases"
    let predictor = try Predictor(ModelFile(contentsOf: "\(folder)/torch-model.safetensors"))
    let cases = try [Said](json: try Files.read("\(folder)/torch-model.json"))
    #expect(cases.count == 4)
    for each in cases {
      let said = try predictor.predict(each.text)
      #expect(said.labels == each.labels)
      for (ours, theirs) in zip(try #require(said.probabilities), each.probabilities) {
        #expect(abs(ours - theirs) < 1e-5)
      }
    }
  }

  @Test func taggersSayWhatTheySayOfBatches() throws {
    let data = try Small.tagged(Small.sentences(30))
    let (file, network) = try ModelFileTests.model(data, Tagging.self, "gru", .bidirectional)
    let task = Tagging(data, characters: false)
    let evaluation = try Evaluation.run(
      network, task, .test, task.batches(.test, TrainingOptions(), nil), ShardWorker(parameters: 0))
    let predictor = try Predictor(file)
    let texts = Small.sentences(30).split(separator: "\n").map { line in
      line.split(separator: " ").map { $0.split(separator: "/")[0] }.joined(separator: " ")
    }
    let said = try texts.flatMap { try predictor.predict($0).labels ?? [] }
    #expect(said == evaluation.predictions.classes.map { data.labels[$0] })
    #expect(try predictor.predict("") == TextPrediction(tokens: []))
    #expect(try predictor.predict("w1 never").labels?.count == 2)
    #expect(try predictor.predict("w1").spans == nil, "labels are no spans")
  }

  @Test func spansOfLabels() throws {
    let data = try Small.tagged("a/B-X b/I-X c/O d/B-Y")
    let (file, _) = try ModelFileTests.model(data, Tagging.self)
    let said = try Predictor(file).predict("a b c d")
    let tags = try #require(said.labels).compactMap(SpanTag.init)
    #expect(said.spans == tags.spans(.bio).map { TextPrediction.Place($0, ["a", "b", "c", "d"]) })
    #expect(said.spans != nil)
  }

  @Test func classifiersGiveADistribution() throws {
    let data = try Small.labelled(Small.texts(30))
    let (file, network) = try ModelFileTests.model(data, Classification.self, tokeniser: Tokeniser(lowercase: true))
    let task = Classification(data, characters: false)
    let evaluation = try Evaluation.run(
      network, task, .test, task.batches(.test, TrainingOptions(), nil), ShardWorker(parameters: 0))
    let predictor = try Predictor(file)
    for (line, truth) in zip(Small.texts(30).split(separator: "\n"), evaluation.predictions.classes) {
      let said = try predictor.predict(line.split(separator: " ").dropFirst().joined(separator: " ").uppercased())
      let all = try #require(said.distribution)
      #expect(said.labels == [data.labels[truth]])
      #expect(abs(all.values.reduce(0, +) - 1) < 1e-5 && said.probabilities == [all.values.max()!])
    }
  }

  /// The losses of a line are those of a stream that has read the end of another line.
  @Test func languageModelsGiveLosses() throws {
    let data = try Small.text("abc\nabca\ncab\n")
    let (file, network) = try ModelFileTests.model(data, LanguageModelling.self, tokeniser: Tokeniser(unit: .character))
    let said = try Predictor(file).predict("abxc")
    #expect(said.tokens == ["a", "b", "x", "c"])
    let losses = try #require(said.losses)
    let stream = try network.stream(sequences: 1)
    let ids = ["\n", "a", "b", "x", "c", "\n"].map(data.vocabulary.id)
    for (place, next) in ids.enumerated().dropFirst() {
      let logits = stream.step([ids[place - 1]]).array.map(Double.init)
      let expected = log(logits.reduce(0) { $0 + exp($1) }) - logits[Int(next)]
      if next == 0 {
        #expect(losses[place - 1] == nil)
      } else {
        #expect(abs(Double(losses[place - 1]!) - expected) < 1e-5)
      }
    }
    let known = losses.compactMap { $0 }
    #expect(abs(try #require(said.loss) - Double(known.reduce(0, +)) / Double(known.count)) < 1e-5)
  }
}

/// Lines that are out of the ordinary.
@Suite struct OddLineTests {
  /// A line is read chunk by chunk, so a long one takes no more memory than one of a chunk, and says what a stream says.
  @Test func longLines() throws {
    let data = try Small.text("abcd\nabdc\n")
    let (file, network) = try ModelFileTests.model(data, LanguageModelling.self, tokeniser: Tokeniser(unit: .character))
    let (predictor, line) = (try Predictor(file), String(repeating: "abcdba", count: 500))
    let stream = try network.stream(sequences: 1)
    let said = try #require(try predictor.predict(line).losses)
    let ids = ("\n" + line + "\n").map { data.vocabulary.id(String($0)) }
    #expect(said.count == ids.count - 1)
    for (place, next) in ids.enumerated().dropFirst() {
      let logits = stream.step([ids[place - 1]]).array.map(Double.init)
      let expected = log(logits.reduce(0) { $0 + exp($1) }) - logits[Int(next)]
      #expect(abs(Double(said[place - 1]!) - expected) < 1e-5, "token \(place)")
    }
    let short = try Predictor(file)
    _ = try short.predict(String(line.prefix(63)))
    #expect(predictor.worker.arena.capacity <= short.worker.arena.capacity)
  }

  @Test func modelsThatAreNotFinite() throws {
    for (data, type) in [
      (try Small.text("abc\nabca\n"), LanguageModelling.self as any Task.Type),
      (try Small.tagged(Small.sentences(9)), Tagging.self), (try Small.labelled(Small.texts(9)), Classification.self),
    ] {
      var (file, _) = try ModelFileTests.model(data, type, tokeniser: Tokeniser(unit: .character))
      for name in file.tensors.keys where name.hasPrefix("head") {
        file.tensors[name]!.values = file.tensors[name]!.values.map { _ in .nan }
      }
      let error = #expect(throws: InputError.self) { _ = try Predictor(file).predict("abc") }
      #expect(error?.message == "the model's output is not finite")
    }
  }
}

/// Texts that go on.
@Suite struct TextGeneratorTests {
  private func text(
    _ file: ModelFile, _ prompt: String, _ length: Int, _ sampling: Sampling = Sampling(), seed: UInt64 = 1
  ) throws -> String {
    var text = prompt
    try TextGenerator(file).generate(after: prompt, length: length, sampling, RandomSource(seed: seed)) { text += $0 }
    return text
  }

  private func letters() throws -> (file: ModelFile, network: any Network) {
    try ModelFileTests.model(
      Small.text(String(repeating: "abcd\n", count: 8)), LanguageModelling.self, tokeniser: Tokeniser(unit: .character))
  }

  @Test func theSameSeedGivesTheSameText() throws {
    let (file, _) = try letters()
    let one = try text(file, "ab", 60)
    #expect(try one == text(file, "ab", 60) && one.count == 62 && one.hasPrefix("ab"))
    #expect(try one != text(file, "ab", 60, seed: 2))
    #expect(try text(file, "", 5).count == 5)
  }

  @Test func greedyIsWhatTheStreamSaysAndOneOfOne() throws {
    let (file, network) = try letters()
    var greedy = Sampling()
    greedy.temperature = 0
    let stream = try network.stream(sequences: 1)
    let vocabulary = try #require(file.data.vocabulary)
    var (logits, expected) = (stream.step([vocabulary.id("a")]), "a")
    for _ in 0..<10 {
      let values = logits.array
      let best = (1..<values.count).max { values[$0] < values[$1] }!
      expected += vocabulary.tokens[best]
      logits = stream.step([Int32(best)])
    }
    #expect(try text(file, "a", 10, greedy) == expected)
    var (single, nucleus) = (Sampling(), Sampling())
    (single.topK, nucleus.topP) = (1, 1e-9)
    #expect(try text(file, "a", 10, single) == expected && text(file, "a", 10, nucleus) == expected)
  }

  @Test func choicesFollowTheirProbabilities() {
    let logits = [9, log(0.5), log(0.3), log(0.2)].map { Float($0) }
    func shares(_ sampling: Sampling) -> [Double] {
      var (random, counts) = (RandomSource(seed: 5), [Double](repeating: 0, count: 4))
      for _ in 0..<20_000 { counts[sampling.choose(logits, excluding: 0, &random)] += 1 / 20_000 }
      return counts
    }
    func near(_ sampling: Sampling, _ expected: [Double]) {
      for (share, p) in zip(shares(sampling), expected) { #expect(abs(share - p) < 0.015, "\(share) of \(p)") }
    }
    near(Sampling(), [0, 0.5, 0.3, 0.2])
    var sampling = Sampling()
    sampling.topK = 2
    near(sampling, [0, 0.625, 0.375, 0])
    sampling = Sampling()
    sampling.topP = 0.6
    near(sampling, [0, 0.625, 0.375, 0])
    sampling = Sampling()
    sampling.temperature = 0.5
    near(sampling, [0, 0.25 / 0.38, 0.09 / 0.38, 0.04 / 0.38])
  }

  @Test func wordsHaveBlanksAndLines() throws {
    let data = try Small.tagged("the/D cat/N <eos>/E")
    let corpus = Corpus.text(
      Splits(train: ["the", "cat", "<eos>"], development: ["the", "cat"], test: ["the", "cat"]))
    let words = try EncodedData(corpus, vocabulary: data.vocabulary, labels: LabelSet([]))
    let (file, _) = try ModelFileTests.model(words, LanguageModelling.self, tokeniser: Tokeniser(lineToken: "<eos>"))
    let text = try text(file, "the", 40)
    #expect(!text.contains("<") && !text.contains("  ") && text.contains("\n") && !text.contains("\n "))
    #expect(text.split(whereSeparator: { " \n".contains($0) }).allSatisfy { ["the", "cat"].contains($0) })
    #expect(try TextGenerator(file).unknown(in: "the dog\nsat") == ["dog", "sat"])
  }

  @Test func whatIsNoLanguageModel() throws {
    let (file, _) = try ModelFileTests.model(Small.tagged(Small.sentences(9)), Tagging.self)
    let error = #expect(throws: InputError.self) { _ = try TextGenerator(file) }
    #expect(error?.message.hasPrefix("is a model for tagging, and only a language model goes on with a text") == true)
  }
}
