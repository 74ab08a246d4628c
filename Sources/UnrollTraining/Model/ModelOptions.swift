import UnrollCore

/// What stands around the backend.
public struct ModelOptions: Options {
  public static let table: [OptionKey<ModelOptions>] = [
    OptionKey("embedding", \.embedding, in: 1...65_536, "width E of the token embeddings"),
    OptionKey(
      "embedding_init", \.embeddingInit, in: 0...100,
      "standard deviation of the embeddings' first values; 0 for 1/√embedding, of characters 1"),
    OptionKey("embedding_dropout", \.embeddingDropout, in: 0...0.95, "dropout on the embeddings"),
    OptionKey(
      "type_dropout", \.typeDropout, in: 0...0.95,
      "probability that a token type's embedding is zero for a training step and shard (Gal & Ghahramani 2016; Merity et al. 2018)"
    ).later,
    OptionKey("output_dropout", \.outputDropout, in: 0...0.95, "dropout before the output layer"),
    OptionKey(
      "word_dropout", \.wordDropout, in: 0...1000,
      "a: in training a word seen n times becomes <unk> with probability a/(a + n) (Kiperwasser & Goldberg 2016)"),
    OptionKey("minimum_count", \.minimumCount, in: 1...1_000_000, "rarer tokens of the training split become <unk>"),
    OptionKey("vocabulary_limit", \.vocabularyLimit, in: 0...10_000_000, "most frequent tokens kept; 0 for all"),
  ]

  public var embedding = 64
  public var embeddingInit = 0.0
  public var embeddingDropout = 0.0
  public var typeDropout = 0.0
  public var outputDropout = 0.0
  public var wordDropout = 0.25
  public var minimumCount = 1
  public var vocabularyLimit = 0

  public init() {}

  /// With the standard deviation of the embeddings' first values that is meant where none is given.
  public func forUnit(characters: Bool) -> ModelOptions {
    var options = self
    if embeddingInit == 0 { options.embeddingInit = characters ? 1 : 1 / Double(embedding).squareRoot() }
    return options
  }
}
