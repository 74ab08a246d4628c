import Foundation
import TestSupport
import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// A model as a value and as a file.
@Suite struct ModelFileTests {
  /// A model that nobody trained.
  static func model(
    _ data: EncodedData, _ type: any Task.Type, _ backend: String = "gru",
    _ direction: StackOptions.Direction = .forward, tokeniser: Tokeniser = Tokeniser(), layers: Int = 1,
    model: ModelOptions = ModelOptions(), vectors: KnownVectors? = nil
  ) throws -> (file: ModelFile, network: any Network) {
    var options = model
    options.embedding = 6
    var settings = try Small.backend(backend, width: 5, direction)
    settings.stack.layers = layers
    var known = try type.init(data, characters: false).data(of: data)
    known.vectors = vectors
    let recipe = NetworkRecipe(options, settings, type.reading, known)
    let network = try type.network(recipe, ParameterBuilder(random: RandomSource(seed: 3)))
    return (ModelFile(network, recipe, type, tokeniser: tokeniser), network)
  }

  private static var tags: (file: ModelFile, network: any Network) {
    get throws { try model(Small.tagged(Small.sentences(30)), Tagging.self, "lstm", .bidirectional, layers: 2) }
  }

  @Test(arguments: Small.backends) func everyBackendComesBack(backend: String) throws {
    let (file, network) = try ModelFileTests.model(Small.tagged(Small.sentences(20)), Tagging.self, backend)
    let bytes = try file.encoded()
    let again = try ModelFile(bytes, file: "m")
    #expect(try again.encoded() == bytes)
    let other = try again.network()
    #expect(other.parameters.list.map(\.name) == network.parameters.list.map(\.name))
    #expect(other.parameters.list.map(\.group) == network.parameters.list.map(\.group))
    #expect(other.parameters.values.row.array == network.parameters.values.row.array)
  }

  /// Inputs that read spellings and files, and a head that chooses labels together: the model needs neither file nor data.
  @Test func inputsAndHeadsComeBack() throws {
    let data = try Small.tagged("a/B-X b/I-X c/O d/B-Y\nb/O c/O a/B-X")
    var (options, vectors) = (ModelOptions(), VectorInputOptions())
    vectors.file = "vectors.txt"
    options.inputs = [WordInputOptions(), CharacterInputOptions(), CapitalInputOptions(), vectors]
    options.head = ConditionalRandomFieldHeadOptions()
    let (file, network) = try ModelFileTests.model(
      data, Tagging.self, "gru", .bidirectional, model: options,
      vectors: KnownVectors(words: ["a", "zz"], width: 3, values: [1, 2, 3, 4, 5, 6]))
    let said = try Predictor(ModelFile(try file.encoded(), file: "m")).predict("a Zz zz d")
    let sentence = TaggedSentence(words: ["a", "Zz", "zz", "d"], tags: [nil, nil, nil, nil])
    let encoded = try EncodedData(
      .tagged(Splits(test: [sentence])), vocabulary: data.vocabulary, labels: data.labels, spelled: true)
    let batch = Tagging(encoded, characters: false).batches(.test, TrainingOptions(), nil)[0]
    let worker = ShardWorker(parameters: 0)
    let expected = worker.evaluate(network, batch)
    #expect(said.labels == expected.classes.map { data.labels[$0] } && said.spans != nil)
    let marginals = expected.probabilities()
    #expect(said.probabilities == expected.classes.enumerated().map { marginals[$0, Int($1)] })
  }

  @Test func filesAreWholeAndHoldWhatWasSaid() throws {
    let scratch = Scratch()
    var (file, _) = try ModelFileTests.tags
    (file.origin.name, file.origin.digest, file.metrics) = ("small", "abc", [.accuracy])
    file.scores = [.development: ["accuracy": 0.5]]
    try file.write(to: "\(scratch.path)/m.safetensors")
    #expect(try Files.list(scratch.path) == ["m.safetensors"])
    let again = try ModelFile(contentsOf: "\(scratch.path)/m.safetensors")
    #expect(again.origin == file.origin && again.metrics == file.metrics && again.scores == file.scores)
    #expect(again.task == "tagging" && again.unroll == Version.text && again.tokeniser == Tokeniser())
    #expect(try again.settings.json() == file.settings.json() && again.tensors == file.tensors)
    #expect(again.data.vocabulary == file.data.vocabulary && again.data.labels == file.data.labels)
  }

  /// What is wrong, where, and what to do.
  @Test(
    arguments: [
      ("format", "2", "m: was written by a newer unroll (format 2); update unroll to read it"),
      ("format", nil, "m: holds tensors, but no model of unroll"),
      ("format", "0", "m: holds tensors, but no model of unroll"),
      ("task", "taging", "m: unknown task \"taging\"; did you mean \"tagging\"?"),
      ("scores", nil, "m: is damaged: its metadata lack scores"),
      ("settings", "{", "m: is damaged: settings of its metadata cannot be read (broken JSON)"),
      ("settings", "{}", "m: the settings of a run lack backend"),
      (
        "settings", #"{"backend":{"backend":"lstn"},"model":{}}"#, "m: unknown backend \"lstn\"; did you mean \"lstm\"?"
      ),
      ("settings", #"{"backend":{"backend":"gru","width":1e99},"model":{}}"#, "m: width must be"),
      (
        "settings", #"{"backend":{"backend":"gru","version":7},"model":{}}"#,
        "m: was trained with version 7 of the backend gru"
      ),
      ("settings", #"{"backend":{"backend":"gru","parameters":7},"model":{}}"#, "m: its settings lack the width"),
      ("settings", #"{"backend":{"backend":"gru"},"model":{"embedding":7}}"#, "m: the file "),
      (
        "data",
        #"{"tokens":9,"outputs":3,"labels":["a","b","c"],"outputCounts":[],"vocabulary":{"tokens":["<unk>"],"counts":[0]}}"#,
        "m: is damaged: data of its metadata contradict themselves"
      ),
      (
        "data", #"{"tokens":1,"outputs":3,"labels":["b","a","c"],"outputCounts":[]}"#,
        "m: is damaged: data of its metadata cannot be read"
      ),
      (
        "data",
        #"{"tokens":2,"outputs":3,"labels":[],"outputCounts":[],"vocabulary":{"tokens":["<unk>","a","a"],"counts":[0,1,1]}}"#,
        "m: is damaged: data of its metadata cannot be read"
      ),
      (
        "data", #"{"tokens":2,"outputs":2,"labels":["B-X","a"],"outputCounts":[],"spans":"bio"}"#,
        "m: is damaged: data of its metadata contradict"
      ),
      (
        "data",
        #"{"tokens":2,"outputs":2,"labels":["B-X","O"],"outputCounts":[],"spans":"bio","invalidTransitions":[{"from":2}]}"#,
        "m: is damaged: data of its metadata contradict"
      ),
      (
        "data", #"{"tokens":2,"outputs":2,"labels":[],"outputCounts":[],"scales":{"inputs":[],"targets":[]}}"#,
        "m: is damaged: data of its metadata contradict"
      ),
      (
        "data", #"{"tokens":9223372036854775807,"outputs":1,"labels":[],"outputCounts":[]}"#,
        "m: is damaged: data of its metadata contradict"
      ),
    ] as [(String, String?, String)])
  func hostileMetadata(key: String, value: String?, sentence: String) throws {
    var whole = try SafeTensors(try ModelFileTests.tags.file.encoded())
    whole.metadata[key] = value
    let error = #expect(throws: InputError.self) {
      let model = try ModelFile(try whole.encoded(), file: "m")
      _ = try model.network()
    }
    #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
    #expect(error?.also == [])
  }

  /// The outputs of a language model are the tokens of its vocabulary: it would say one that there is not, or be asked for one.
  @Test(arguments: [-1, 1]) func languageModelsSayTheirTokens(more: Int) throws {
    let data = try Small.text("one two three two one")
    let (file, _) = try ModelFileTests.model(data, LanguageModelling.self)
    var whole = try SafeTensors(try file.encoded())
    let outputs = { "\"outputs\":\(data.vocabulary.count + $0)" }
    let other = whole.metadata["data"]!.replacingOccurrences(of: outputs(0), with: outputs(more))
    #expect(other != whole.metadata["data"])
    whole.metadata["data"] = other
    let error = #expect(throws: InputError.self) { _ = try ModelFile(try whole.encoded(), file: "m") }
    #expect(error?.description == "m: is damaged: data of its metadata contradict themselves")
  }

  @Test func otherTensors() throws {
    let (file, _) = try ModelFileTests.tags
    let missing = { (model: inout ModelFile) in model.tensors["head.bias"] = nil }
    let extra = { (model: inout ModelFile) in model.tensors["head.more"] = .init([1], [0]) }
    let shape = { (model: inout ModelFile) in model.tensors["head.bias"] = .init([1, 3], [0, 1, 2]) }
    for (change, words) in [
      (missing, "m: the file lacks the tensor head.bias"), (extra, "m: the file holds head.more"),
      (shape, "m: tensor head.bias has the shape [1, 3], the model wants [3]"),
    ] {
      var other = file
      change(&other)
      let read = try ModelFile(try other.encoded(), file: "m")
      let error = #expect(throws: InputError.self) { _ = try read.network() }
      #expect(error?.description.hasPrefix(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test func everyCutIsASentence() throws {
    let bytes = try ModelFileTests.tags.file.encoded()
    for count in stride(from: 0, to: bytes.count, by: 97) + [bytes.count - 1] {
      let error = #expect(throws: InputError.self) { _ = try ModelFile(Array(bytes[..<count]), file: "m") }
      #expect(error?.file == "m" && error?.also == [])
    }
    let error = #expect(throws: InputError.self) { _ = try ModelFile(Array(bytes.dropLast()), file: "m") }
    #expect(error?.message.hasPrefix("is cut short: tensor ") == true)
  }

  @Test func aTensorThatStandsTwice() throws {
    let bytes = try ModelFileTests.tags.file.encoded()
    let header = String(
      decoding: bytes[8..<8 + Int(bytes[0]) + Int(bytes[1]) * 256 + Int(bytes[2]) * 65_536], as: UTF8.self)
    let twice = header.replacingOccurrences(of: #""head.bias""#, with: #""head.weight""#)
    #expect(twice != header)
    let data = Array(bytes[(8 + header.utf8.count)...])
    let length = (0..<8).map { UInt8(truncatingIfNeeded: twice.utf8.count >> (8 * $0)) }
    let error = #expect(throws: InputError.self) { _ = try ModelFile(length + Array(twice.utf8) + data, file: "m") }
    #expect(error?.description == "m: is damaged: head.weight stands in it twice")
  }
}
