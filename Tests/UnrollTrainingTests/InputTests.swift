import TestSupport
import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// What networks read beside their vocabulary.
@Suite struct InputTests {
  private static let all =
    "[words, {input: characters, embedding: 4, backend: {backend: gru, width: 3}}, {input: capitals, width: 2}]"

  /// A network that reads what `inputs` says, and its task.
  private func network(
    _ inputs: String, head: String = "softmax", _ data: EncodedData, vectors: KnownVectors? = nil, seed: UInt64 = 1
  ) throws -> (SequenceNetwork, Tagging) {
    let task = Tagging(data, characters: false)
    var options = ModelOptions()
    let setting = try Setting(yaml: "{inputs: \(inputs), head: \(head), embedding: 5, word_dropout: 0}", file: "s.yaml")
    try options.apply(try setting.entries(""), "model")
    var known = task.data(of: data)
    known.vectors = vectors
    let recipe = NetworkRecipe(options, try Small.backend("gru", width: 4), .everyStep, known)
    return (try SequenceNetwork(recipe, random: RandomSource(seed: seed)), task)
  }

  private func spelled(_ train: String, test: String? = nil) throws -> EncodedData {
    try Small.tagged(train, test: test, spelled: true)
  }

  private static let text = "The/D cat/N sat/V\nNASA/N iPod/N cat/V\n3com/N ,/P"
  private let vectors = KnownVectors(words: ["cat", "the"], width: 2, values: [0.5, -1, 0.25, 2])

  /// The gradient of every tensor against differences, through every input and head.
  @Test(
    arguments: [
      "softmax", "{head: softmax, label_smoothing: 0.2, class_weights: balanced}", "crf",
    ])
  func gradients(head: String) throws {
    let inputs = Self.all.dropLast() + ", {input: vectors, file: x, trained: true}]"
    let (network, task) = try network(String(inputs), head: head, spelled(Self.text), vectors: vectors)
    let batch = task.batches(.train, TrainingOptions(), nil)[0]
    let (gradient, _) = loss(network, batch)
    for parameter in network.parameters.list {
      let values = network.parameters.value(parameter)
      var worst = 0.0
      for index in stride(from: 0, to: values.count, by: max(1, values.count / 5)) {
        let (row, column, step) = (index / values.columns, index % values.columns, Float(0.01))
        let old = values[row, column]
        let around = [step, -step].map { change in
          values[row, column] = old + change
          network.parameters.changed()
          return loss(network, batch).value
        }
        values[row, column] = old
        let expected = (around[0] - around[1]) / Double(2 * step)
        worst = max(worst, abs(expected - Double(gradient[parameter.offset + index])))
      }
      #expect(worst < 2e-3, "\(parameter.name)")
    }
    network.parameters.changed()
    #expect(Set(network.parameters.list.map { String($0.name.split(separator: ".")[0]) }).count == 6)
  }

  private func loss(_ network: SequenceNetwork, _ batch: Batch) -> (gradient: [Float], value: Double) {
    let slab = Buffer(count: network.parameters.count)
    let pass = Pass(batch.steps, parameters: network.parameters, gradients: slab, arena: Arena(), mode: .training)
    let loss = network.loss(batch, from: nil, weight: 1, pass)
    loss.pullback()
    return (slab.row.array, loss.sums.loss)
  }

  /// Of two words that training lacks a model that reads characters sees which is which.
  @Test func unknownWordsAreNotAlike() throws {
    let data = try spelled(Self.text, test: "sit/V\nXyz/N")
    for (inputs, differ) in [("[words]", false), (Self.all, true), ("[words, capitals]", true)] {
      let (network, task) = try network(inputs, data)
      let batches = task.batches(.test, TrainingOptions(), nil)
      let said = probabilities(network, batches[0])
      #expect((said.prefix(4) != said.suffix(4)) == differ, "\(inputs)")
    }
  }

  /// A vocabulary in small letters hides from no other input how words are written, nor does a model file.
  @Test(arguments: ["capitals", "{input: characters, embedding: 4, backend: {backend: gru, width: 3}}", "words"])
  func capitalsUnderALowerCasedVocabulary(input: String) throws {
    let texts = [["Paris", "likes", "Lions"], ["Lions", "like", "Pears"], ["parts", "like", "lions"]]
    let sentences = texts.map { words in
      TaggedSentence(words: words.map { $0.lowercased() }, tags: words.map { $0 == "like" ? "V" : "N" }, written: words)
    }
    let corpus = Corpus.tagged(Splits(train: sentences, development: sentences, test: sentences))
    let data = try EncodedData(
      LoadedData(
        name: "", version: "", licence: "", source: "", digest: "", labels: LabelSet(["N", "V"]), corpus: corpus),
      spelled: true)
    // Those that two words have as they are written: P begins two, L one.
    #expect(Tagging(data, characters: false).data(of: data).characters == "Paeiklnors")
    var options = ModelOptions()
    try options.apply(try Setting(yaml: "{inputs: [\(input)]}", file: "").entries(""), "model")
    let (file, _) = try ModelFileTests.model(
      data, Tagging.self, "gru", tokeniser: Tokeniser(lowercase: true), model: options)
    let predictor = try Predictor(ModelFile(try file.encoded(), file: "m"))
    let (capital, small) = (try predictor.predict("Lions like"), try predictor.predict("lions like"))
    #expect((capital.probabilities != small.probabilities) == (input != "words"))
    #expect(capital.tokens == small.tokens)
  }

  /// Words are read once however often they come, and their order changes nothing.
  @Test func spellingsAreReadOnce() throws {
    let vocabulary = Vocabulary(tokens: ["<unk>", "a", "bb"], counts: [0, 1, 1])
    let steps = PackedSteps(count: 1, length: 5)
    let words = ["bb", "long", "bb", "a", "long"]
    let batch = Batch(steps, tokens: [2, 0, 2, 1, 0], words: words, targets: [0, 0, 0, 0, 0])
    let spellings = Spellings(batch, vocabulary)
    #expect(spellings.words == ["bb", "long", "a"] && spellings.ofRow == [0, 1, 0, 2, 1])
    let plain = Spellings(Batch(steps, tokens: batch.tokens, targets: batch.targets), vocabulary)
    #expect(plain.words == ["bb", "<unk>", "a"] && plain.ofRow == [0, 1, 0, 2, 1])
    // Equal to look at, of other scalars: two words.
    let twins = Batch(
      PackedSteps(count: 1, length: 2), tokens: [0, 0], words: ["\u{e9}", "e\u{301}"], targets: [0, 0])
    #expect(Spellings(twins, vocabulary).words.count == 2)
  }

  @Test func alphabets() {
    let vocabulary = Vocabulary(tokens: ["<unk>", "ab", "bc", "cab", "z"], counts: [0, 1, 1, 1, 1])
    let alphabet = Alphabet(vocabulary)
    // a, b, c and three marks; z stands in one word alone, and the scalars of <unk> in none.
    #expect(alphabet.count == 6)
    #expect(alphabet.spell("abz") == [1, 3, 4, 0, 2] && alphabet.spell("") == [1, 2])
    #expect(alphabet.spell(String(repeating: "a", count: 30) + String(repeating: "b", count: 70)).count == 50)
    #expect(
      alphabet.spell(String(repeating: "a", count: 30) + String(repeating: "b", count: 70))[20...30] == [
        3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4,
      ])
  }

  @Test(
    arguments: [
      ("cat", Capitalisation.small), ("Cat", .capitalised), ("NASA", .capitals), ("iPod", .mixed), ("McDonald", .mixed),
      ("3com", .digits), ("½", .digits), (",", .noLetters), ("", .noLetters), ("I", .capitalised), ("Éa", .capitalised),
      ("猫", .small), ("(A", .capitals), ("B2B", .digits),
    ])
  func writing(word: String, kind: Capitalisation) { #expect(Capitalisation(word) == kind) }

  /// Frozen vectors stay what they are, trained ones of words in training do not; unknown words have zeros.
  @Test(arguments: [true, false]) func vectorsInTraining(trained: Bool) throws {
    let data = try spelled(Self.text)
    let (network, task) = try network(
      "[words, {input: vectors, file: x, trained: \(trained)}]", data, vectors: vectors)
    let table = try #require(network.parameters.named("vectors.weight"))
    #expect(network.parameters.value(table).array == [0, 0, 0.5, -1, 0.25, 2])
    var training = TrainingOptions()
    (training.epochs, training.optimiser.weightDecay, training.optimiser.learningRate) = (2, 0.1, 0.01)
    _ = try Trainer(network, task, training, random: RandomSource(seed: 1)).train()
    let after = network.parameters.value(table).array
    #expect((after == [0, 0, 0.5, -1, 0.25, 2]) == !trained)
    let all = network.parameters.count
    #expect(network.parameters.trainedCount == (trained ? all : all - 6))
  }

  @Test func vectorsFromAFile() throws {
    let scratch = Scratch()
    try Files.write("the 1 2\ncat 3 4\nother 5 6\n", to: "\(scratch.path)/v.txt")
    var options = VectorInputOptions()
    options.file = "v.txt"
    let corpus = Corpus.tagged(
      Splits(
        train: [TaggedSentence(words: ["The", "cat"], tags: ["D", "N"])],
        test: [TaggedSentence(words: ["Dog", "CAT"], tags: ["N", "N"])]))
    let tables = try InputTables([WordInputOptions(), options], corpus) { "\(scratch.path)/\($0)" }
    let known = try #require(tables.vectors)
    #expect(known.words == ["cat", "the"] && known.width == 2 && known.values == [3, 4, 1, 2])
    #expect(tables.remarks == ["75 % of the 4 words have a vector in v.txt."])
    #expect(["cat", "CAT", "The", "Dog"].map { known.row(of: $0) } == [1, 1, 2, 0])
    #expect(try InputTables([WordInputOptions()], corpus) { $0 }.digest(with: "d") == "d")
    let digest = tables.digest(with: "d")
    try Files.write("the 1 2\ncat 3 4.5\n", to: "\(scratch.path)/v.txt")
    #expect(try InputTables([options], corpus) { "\(scratch.path)/\($0)" }.digest(with: "d") != digest)
  }

  /// A stream of known words is the network that reads them as a sequence.
  @Test func streams() throws {
    let data = try spelled(Self.text)
    let inputs = Self.all.dropLast() + ", {input: vectors, file: x}]"
    let (network, task) = try network(String(inputs), data, vectors: vectors)
    let batch = task.batches(.train, TrainingOptions(), nil)[0].shards(3)[0]
    let whole = probabilities(network, batch)
    let stream = try network.stream()
    let steps = batch.tokens.map { token -> [Float] in
      let logits = stream.step([token])
      Kernels.softmax(logits)
      return logits.array
    }
    #expect(zip(steps.flatMap { $0 }, whole).allSatisfy { abs($0 - $1) < 1e-5 } && !whole.isEmpty)
  }

  private func probabilities(_ network: SequenceNetwork, _ batch: Batch) -> [Float] {
    let pass = Pass(
      batch.steps, parameters: network.parameters, gradients: Buffer(count: 0), arena: Arena(), mode: .evaluation)
    return withExtendedLifetime(pass) { network.predict(batch, from: nil, pass).prediction.probabilities().array }
  }

  @Test(
    arguments: [
      ("{inputs: []}", "a model needs inputs"), ("{inputs: [words, words]}", "the input words stands twice"),
      ("{inputs: [wrds]}", "unknown input \"wrds\"; did you mean \"words\"?"),
      ("{inputs: [{embedding: 3}]}", "s.yaml:1: an input needs its name: {input: NAME, …}"),
      ("{inputs: [vectors]}", "the input vectors needs a file"),
      ("{inputs: [{input: characters, backend: {backend: gru, kernel: 3}}]}", "s.yaml:1: "),
      (
        "{inputs: [{input: characters, backend: {backend: gru, layers: 1, dropout: 0.2}}]}",
        "s.yaml:1: what reads characters: dropout"
      ),
      ("{inputs: [{input: characters, backend: stack}]}", "s.yaml:1: what reads characters is one backend"),
      ("{head: sofmax}", "unknown head \"sofmax\"; did you mean \"softmax\"?"),
    ])
  func complaints(text: String, beginning: String) throws {
    var options = ModelOptions()
    let error = #expect(throws: InputError.self) {
      try options.apply(try Setting(yaml: text, file: "s.yaml").entries(""), "model")
    }
    #expect(error.map { "\($0)".contains(beginning) } == true, "\(error.map { "\($0)" } ?? "")")
  }

  /// What a record says of inputs and heads is read as what it was.
  @Test func recordsKeepInputsAndHeads() throws {
    let text =
      "{inputs: [words, {input: characters, backend: {backend: convolution, width: 30}}, capitals], head: {head: crf, transitions: all}}"
    var options = ModelOptions()
    try options.apply(try Setting(yaml: text, file: "").entries(""), "model")
    let recorded = Value.table(options.recorded)
    var again = ModelOptions()
    try again.apply(try Setting(of: try Value(json: recorded.json()), file: "record").entries(""), "model")
    #expect(Value.table(again.recorded) == recorded)
    #expect(recorded["head"]?["transitions"] == .string("all"))
    #expect(ModelOptions().recorded["inputs"] == nil && ModelOptions().recorded["head"] == nil, "runs of before stay")
  }
}
