import UnrollCore
import UnrollLayers

/// What stands around the backend.
public struct ModelOptions: Options {
  public static let table: [OptionKey<ModelOptions>] =
    [
      OptionKey(
        inputsKey, "list of inputs", "what the backend reads, side by side, each a name or a table with its options",
        get: { .list($0.inputs.map { $0.chosen("input") }) }, set: { $0.inputs = try $1.items.map(Inputs.read) }
      ).later,
      OptionKey(
        headKey, "head", "what stands on top: a name or a table with its options", get: { $0.head.chosen(headKey) },
        set: { $0.head = try Heads.read($1) }
      ).later,
      OptionKey(
        decoderKey, "same | backend",
        "what writes the target: the encoder's backend, forward, or another: a name or a table with its options",
        get: { $0.decoder?.recorded ?? .string(DecoderBackend.same) }, set: { $0.decoder = try DecoderBackend.read($1) }
      ).later.ofPairs,
      OptionKey("attention", \.attention, "how the decoder looks back at the source's rows, if at all").later.ofPairs,
      OptionKey("embedding", \.embedding, in: 1...65_536, "width E of the token embeddings").ofWords,
      OptionKey(
        "embedding_init", \.embeddingInit, in: 0...100,
        "standard deviation of the embeddings' first values; 0 for 1/√embedding, of characters and beside a decoder 1 unless they are tied"
      ).ofWords,
      OptionKey("embedding_dropout", \.embeddingDropout, in: 0...0.95, "dropout on the embeddings"),
      OptionKey(
        "type_dropout", \.typeDropout, in: 0...0.95,
        "probability that a token type's embedding is zero for a training step and shard (Gal & Ghahramani 2016; Merity et al. 2018)"
      ).later.ofWords,
      OptionKey("output_dropout", \.outputDropout, in: 0...0.95, "dropout before the output layer"),
      OptionKey(
        "pair_encoding", \.pairEncoding,
        "how two texts are read: each by itself, the second on from the first's state, or that with word-by-word attention (Rocktäschel et al. 2016)"
      ).later.needs("task: entailment") { $0.readsPairs },
      OptionKey(
        "word_dropout", \.wordDropout, in: 0...1000,
        "a: in training a word seen n times becomes <unk> with probability a/(a + n) (Kiperwasser & Goldberg 2016)"
      ).needs("inputs: words") { $0.inputs.contains { $0 is WordInputOptions } },
      OptionKey("minimum_count", \.minimumCount, in: 1...1_000_000, "rarer tokens of the training split become <unk>")
        .needsWords,
      OptionKey("vocabulary_limit", \.vocabularyLimit, in: 0...10_000_000, "most frequent tokens kept; 0 for all")
        .needsWords,
    ] + SearchOptions.table.map { $0.lifted(\.search).later.ofPairs }

  /// The key whose list is one value, not a grid.
  public static let inputsKey = "inputs"
  /// The keys that choose by a name or a table.
  public static let (headKey, decoderKey) = ("head", "decoder")

  /// What the backend reads, side by side; one or more, of different kinds.
  public var inputs: [any InputOptions] = [WordInputOptions()]
  /// What stands on top.
  public var head: any HeadOptions = SoftmaxHeadOptions()
  /// What writes the target; nil for the encoder's backend.
  public var decoder: DecoderBackend?
  /// How the decoder looks back at the source's rows.
  public var attention = AttentionScore.none
  /// How what the decoder writes is searched for.
  public var search = SearchOptions()
  /// Whether a text comes out. No key sets it, but some keys mean something to such models alone.
  public var writes = false
  /// Width E of the token embeddings.
  public var embedding = 64
  /// Standard deviation of their first values; 0 for 1/√E, of characters and beside a decoder 1 unless they are tied.
  public var embeddingInit = 0.0
  /// Probability of dropout on the backend's input.
  public var embeddingDropout = 0.0
  /// Probability that a token type's embedding is zero for a training step and shard (Gal & Ghahramani 2016; Merity et al. 2018).
  public var typeDropout = 0.0
  /// Probability of dropout before the head.
  public var outputDropout = 0.0
  /// How two texts of an item are read, and become one vector.
  public var pairEncoding = PairEncoding.independent
  /// Whether items are two texts. No key sets it, but one means something to them alone.
  public var readsPairs = false
  /// a: in training a word seen n times becomes `<unk>` with probability a/(a + n) (Kiperwasser & Goldberg 2016).
  public var wordDropout = 0.25
  /// Tokens that training has less often become `<unk>`.
  public var minimumCount = 1
  /// Most frequent tokens that are kept; 0 for all.
  public var vocabularyLimit = 0

  public init() {}

  public func validate() throws {
    if inputs.isEmpty { throw InputError("a model needs inputs: inputs: [words]") }
    let names = inputs.map { type(of: $0).name }
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw InputError("the input \(twice) stands twice; leave one out")
    }
  }

  /// Whether batches must have how words are written.
  public var readsSpelling: Bool { inputs.contains { type(of: $0).readsSpelling } }

  /// Columns of all inputs together, as far as options say; nil where a file says.
  public var inputWidth: Int? {
    inputs.reduce(0) { sum, input in sum.flatMap { sum in input.width(self).map { sum + $0 } } }
  }

  /// With the standard deviation of the embeddings' first values that is meant where none is given.
  public func forUnit(characters: Bool) -> ModelOptions {
    var options = self
    let isTied = (head as? SoftmaxHeadOptions)?.tied == true
    if embeddingInit == 0 {
      options.embeddingInit = (characters || writes) && !isTied ? 1 : 1 / Double(embedding).squareRoot()
    }
    return options
  }
}

extension OptionKey<ModelOptions> {
  /// The same key, which says nothing where no token has an embedding; those of targets always have.
  fileprivate var ofWords: OptionKey<ModelOptions> {
    needs("inputs: words") { $0.writes || $0.inputs.contains { $0 is WordInputOptions } }
  }

  /// The same key, which says nothing where no text comes out.
  fileprivate var ofPairs: OptionKey<ModelOptions> {
    let own = need
    return needs([own?.text, "source and target texts"].compactMap { $0 }.joined(separator: ", and ")) {
      $0.writes && own?.holds($0) ?? true
    }
  }

  /// The same key, which says nothing of a series.
  fileprivate var needsWords: OptionKey<ModelOptions> {
    needs("data of words") { !$0.inputs.contains { type(of: $0).readsNumbers } }
  }
}
