import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// What a model says of texts, one at a time. One thread at a time.
///
/// A text is cut into tokens as those of training were; those that the model does not know are `<unk>`. What it says of one hangs on no
/// other.
public final class Predictor {
  let model: ModelFile
  let network: any Network
  let task: any Task.Type
  let vocabulary: Vocabulary
  let tokeniser: Tokeniser
  let worker = ShardWorker(parameters: 0)
  private let isSpelled: Bool
  /// Of all texts so far; empty where the model has no vectors.
  private var words: Set<TokenKey> = []

  /// - Throws: `InputError` for a model that reads no text, or cannot be built.
  public init(_ model: ModelFile) throws {
    (self.model, network, task) = (model, try model.network(), try model.taskType())
    guard let vocabulary = model.data.vocabulary, let tokeniser = model.tokeniser, task.kind != .series else {
      throw InputError("the model reads numbers, not text; `unroll evaluate` scores it on files", file: model.file)
    }
    guard task.kind == .text || task.writes || model.data.labels.count == model.data.outputs else {
      throw InputError("the model has no names of its labels", file: model.file)
    }
    (self.vocabulary, self.tokeniser) = (vocabulary, tokeniser)
    isSpelled = try model.recipe().model.readsSpelling
  }

  /// Of a text without any token nothing is said.
  ///
  /// - Throws: `InputError` where the model's output is not finite.
  public func predict(_ text: String) throws -> TextPrediction {
    let tokens = tokeniser.tokens(text)
    guard !tokens.isEmpty else { return TextPrediction(tokens: []) }
    if model.data.vectors != nil { words.formUnion((tokeniser.written(text) ?? tokens).lazy.map(TokenKey.init)) }
    return switch task.kind {
    case .tagged: try tagged(sentence(text))
    case .labelled: try labelled(task.readsPairs ? pair(text) : item([text]))
    case .pairs: try written(tokens, tokeniser.written(text))
    case .text, .series: try continued(tokens)
    }
  }

  /// How many of the words so far have no pretrained vector, in a sentence; nil where all have one, or the model reads none.
  ///
  /// - Throws: `InputError` where its settings are not known.
  public func remark() throws -> String? { try model.remark(on: words.map(\.text)) }

  private func tagged(_ item: TaggedSentence) throws -> TextPrediction {
    let tokens = item.words
    let (classes, probabilities) = try predicted(.tagged(Splits(test: [item])))
    var said = TextPrediction(tokens: tokens)
    said.labels = classes.map { model.data.labels[Int32($0)] }
    said.probabilities = zip(classes, probabilities).map { $1[$0] }
    if let scheme = model.data.spans {
      let spans = said.labels!.compactMap(SpanTag.init).spans(scheme)
      said.spans = spans.map { TextPrediction.Place($0, tokens) }
    }
    return said
  }

  private func labelled(_ item: LabelledText) throws -> TextPrediction {
    let (names, inspection) = (model.data.labels.names, item.boundary.map { _ in Inspection() })
    let (classes, probabilities) = try predicted(.labelled(Splits(test: [item])), inspection)
    var said = TextPrediction(tokens: Array(item.words.dropFirst(item.boundary ?? 0)))
    said.labels = [names[classes[0]]]
    said.probabilities = [probabilities[0][classes[0]]]
    said.distribution = Dictionary(zip(names, probabilities[0]), uniquingKeysWith: +)
    said.source = item.boundary.map { Array(item.words.prefix($0 - 1)) }
    said.attention = inspection?.parts.first { $0.name == PairNetwork.attentionName }?.matrix
    return said
  }

  /// What a decoder writes for a source.
  private func written(_ tokens: [String], _ spelling: [String]?) throws -> TextPrediction {
    guard let writer = network as? EncoderDecoder, let targets = model.data.targets,
      let source = try batch(.pairs(Splits(test: [TextPair(source: tokens, target: [], writtenSource: spelling)])))
        .source?.batch
    else { preconditionFailure("a task that writes has a decoder") }
    let text = writer.write(source, writer.search, keepsAttention: true)[0]
    guard text.score.isFinite else { throw InputError("the model's output is not finite", file: model.file) }
    var said = TextPrediction(tokens: tokens)
    (said.output, said.logProbability) = (text.tokens.map { targets.tokens[Int($0)] }, text.logProbability)
    let isOfCharacters = model.targetTokeniser?.unit == .character
    said.outputText = said.output!.joined(separator: isOfCharacters ? "" : " ")
    said.attention = text.attention.isEmpty ? nil : text.attention
    return said
  }

  private func sentence(_ text: String) -> TaggedSentence {
    let tokens = tokeniser.tokens(text)
    return TaggedSentence(
      words: tokens, tags: [String?](repeating: nil, count: tokens.count), written: tokeniser.written(text))
  }

  /// What a line holds for a model of pairs.
  private func pair(_ line: String) throws -> LabelledText {
    let texts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard texts.count == 2, texts.allSatisfy({ !tokeniser.tokens($0).isEmpty }) else {
      throw InputError("the model reads pairs: two texts with a tab between them")
    }
    return item(texts)
  }

  private func item(_ texts: [String]) -> LabelledText {
    LabelledText(texts.map { Array($0.utf8)[...] }, label: model.data.labels.names[0], tokeniser)
  }

  /// The class of every target of one item, and the probabilities of all classes.
  private func predicted(_ item: Corpus, _ inspection: Inspection? = nil) throws -> (
    classes: [Int], probabilities: [[Float]]
  ) {
    let prediction = worker.evaluate(network, try batch(item), inspection: inspection)
    try requireFinite(prediction)
    let all = prediction.probabilities()
    return (prediction.classes.map(Int.init), (0..<all.rows).map { all.rows($0..<$0 + 1).array })
  }

  /// A text as a batch.
  func batch(_ text: String) throws -> Batch {
    try batch(task.kind == .tagged ? .tagged(Splits(test: [sentence(text)])) : .labelled(Splits(test: [item([text])])))
  }

  /// One item as a batch. What is asked for in it means nothing, and changes no prediction.
  private func batch(_ item: Corpus) throws -> Batch {
    let encoded = try EncodedData(
      item, vocabulary: vocabulary, targetVocabulary: model.data.targets, labels: model.data.labels,
      spelled: isSpelled)
    return try task.init(encoded, characters: tokeniser.unit == .character).batches(.test, TrainingOptions(), nil)[0]
  }

  /// What stands before and after a text that a language model reads: the end of a line, where lines have one.
  var edge: [Int32] {
    let end = tokeniser.lineEnd.map { vocabulary.id($0) }.flatMap { $0 == Vocabulary.unknownID ? nil : $0 }
    return end.map { [$0] } ?? []
  }

  /// A language model reads the text as a line of its own, after the end of another one where lines have an end.
  private func continued(_ tokens: [String]) throws -> TextPrediction {
    var said = TextPrediction(tokens: tokens)
    let all = edge + tokens.map(vocabulary.id) + edge
    let ignored = vocabulary.counts[0] > 0 ? nil : Vocabulary.unknownID
    var (sums, losses) = (LossSums(), [Float?]())
    for batch in StreamBatcher(tokens: all, ignored: ignored).scored(columns: 1, classes: model.data.outputs) {
      let prediction = worker.evaluate(network, batch)
      try requireFinite(prediction)
      sums += prediction.sums
      losses += zip(batch.targets, prediction.losses).map { $0 == Kernels.ignoredTarget ? nil : $1 }
    }
    guard sums.count > 0 else { return said }
    (said.losses, said.loss) = (losses, sums.mean)
    return said
  }

  func requireFinite(_ prediction: Prediction) throws {
    if prediction.broken != nil { throw InputError("the model's output is not finite", file: model.file) }
  }
}

/// What a model says of one text.
public struct TextPrediction: Codable, Equatable, Sendable {
  /// A span of tokens: the first, and the one behind the last, from 0.
  public struct Place: Codable, Equatable, Sendable {
    /// As labels have it behind the hyphen.
    public let type: String
    /// Its first token, from 0.
    public let start: Int
    /// The token behind its last.
    public let end: Int
    /// Its tokens with blanks between them.
    public let text: String

    init(_ span: Span, _ tokens: [String]) {
      (type, start, end) = (span.type, span.tokens.lowerBound, span.tokens.upperBound + 1)
      text = tokens[span.tokens].joined(separator: " ")
    }
  }

  /// As the model reads them; small letters where its data have them. Of a pair those of the second text.
  public let tokens: [String]
  /// One a token of a tagger, one of a classifier.
  public var labels: [String]?
  /// Of each label.
  public var probabilities: [Float]?
  /// Of a classifier: every label's probability.
  public var distribution: [String: Float]?
  /// Of a pair the tokens of the first text.
  public var source: [String]?
  /// Where the model attends, weights that add up to 1: of a pair for each of `tokens` those of all of `source`; of a decoder for each of `output`,
  /// and its end, those of all of `tokens`.
  public var attention: [[Float]]?
  /// Of a tagger whose labels are those of spans; labels that break their scheme are read as `conlleval` reads them.
  public var spans: [Place]?
  /// Of a language model, nats of every token that is asked for; of those that it cannot know nil.
  public var losses: [Float?]?
  /// Their mean.
  public var loss: Double?
  /// Of a decoder: the tokens that it wrote.
  public var output: [String]?
  /// The same as one text, with blanks between words.
  public var outputText: String?
  /// Of that text and its end.
  public var logProbability: Double?

  init(tokens: [String]) { self.tokens = tokens }
}

extension Inspection.Part {
  fileprivate var matrix: [[Float]] {
    stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }
}
