import UnrollCore
import UnrollData
import UnrollLayers

/// What a network is told of its data: the tables of its inputs and outputs.
///
/// As JSON it is what a model file keeps of it.
public struct NetworkData: Codable, Sendable {
  /// Number of tokens V.
  public var tokens: Int
  /// Number of outputs K.
  public var outputs: Int
  /// The tokens themselves; nil where they are numbers without a meaning.
  public var vocabulary: Vocabulary?
  /// The tokens that a decoder writes; nil where no text comes out.
  public var targets: Vocabulary?
  /// Names of the outputs; empty where they have none.
  public var labels: LabelSet
  /// How often training asks for every output; empty where nobody counted.
  public var outputCounts: [Int] = []
  /// The characters of training's words as they are written, where the vocabulary has them in small letters; nil where it says it.
  public var characters: String?
  /// How labels say where spans begin and end; nil where they do not.
  public var spans: SpanScheme?
  /// What labels of training have in spite of their scheme; nil where they keep it, or have none.
  public var invalidTransitions: [InvalidTransition]?
  /// Of the words that have one in a file.
  public var vectors: KnownVectors?
  /// How the columns of a series are scaled; nil of words.
  public var scales: SeriesScales?

  /// Tokens and outputs that are numbers alone.
  public init(tokens: Int, outputs: Int) {
    (self.tokens, self.outputs, labels) = (tokens, outputs, LabelSet([]))
  }

  /// What is known of data with a vocabulary.
  ///
  /// - Parameters:
  ///   - vocabulary: V tokens.
  ///   - outputs: K.
  ///   - labels: names of the outputs; empty where they have none.
  ///   - scales: of a series.
  public init(
    _ vocabulary: Vocabulary, outputs: Int, labels: LabelSet = LabelSet([]), scales: SeriesScales? = nil
  ) {
    (tokens, self.outputs, self.vocabulary, self.labels) = (vocabulary.count, outputs, vocabulary, labels)
    self.scales = scales
  }
}

extension NetworkData {
  /// What the scheme of the labels allows, or training has.
  var spanRules: SpanRules? {
    spans.map { SpanRules($0, labels.names.compactMap(SpanTag.init), and: invalidTransitions ?? []) }
  }

  /// What a person should know of it: sentences for a record.
  package var remarks: [String] {
    guard let spans, let invalidTransitions else { return [] }
    return [
      "Labels of training break their scheme (\(spans.rawValue)) in \(invalidTransitions.count.counted("way")), which the head crf then allows."
    ]
  }
}

/// All that a network is made from but its values.
public struct NetworkRecipe: Sendable {
  /// Inputs, embeddings, dropout and head.
  public var model: ModelOptions
  /// The backend with its width.
  public var backend: BackendSettings
  /// What the task reads of the backend.
  public var reading: Reading
  /// Sizes and tables of inputs and outputs.
  public var data: NetworkData

  /// All of it; what does not fit together, the network says when it is made.
  public init(_ model: ModelOptions, _ backend: BackendSettings, _ reading: Reading, _ data: NetworkData) {
    (self.model, self.backend, self.reading, self.data) = (model, backend, reading, data)
  }
}
