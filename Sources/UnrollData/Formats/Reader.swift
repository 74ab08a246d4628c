/// How a format reads one path (a file, or a folder) into items in the order of the file, or makes them without any.
enum Reader: Sendable {
  typealias Read<Result> = @Sendable (_ path: String, SourceFiles, DataOptions) throws -> Result

  case tagged(Read<[Sample<TaggedSentence>]>)
  case labelled(Read<[Sample<LabelledText>]>)
  case pairs(Read<[Sample<TextPair>]>)
  /// Running text as one stream, split by position.
  case stream(Read<[String]>)
  /// Running text made of short independent pieces, split by their content.
  case pieces(Read<[Sample<String>]>)
  /// Rows of numbers.
  case series(Read<[Sample<NumberSequence>]>)
  case generatedTags(Generator<TaggedSentence>)
  case generatedTexts(Generator<LabelledText>)
  case generatedPairs(Generator<TextPair>)
  case generatedSeries(Generator<NumberSequence>)

  var kind: CorpusKind {
    switch self {
    case .tagged, .generatedTags: .tagged
    case .labelled, .generatedTexts: .labelled
    case .pairs, .generatedPairs: .pairs
    case .stream, .pieces: .text
    case .series, .generatedSeries: .series
    }
  }

  var isGenerated: Bool {
    switch self {
    case .generatedTags, .generatedTexts, .generatedPairs, .generatedSeries: true
    case .tagged, .labelled, .pairs, .stream, .pieces, .series: false
    }
  }

  /// Of generated data: see `Generator.requireMemory`.
  func requireMemory(_ options: GeneratorOptions) throws {
    switch self {
    case .generatedTags(let generator): try generator.requireMemory(options)
    case .generatedTexts(let generator): try generator.requireMemory(options)
    case .generatedPairs(let generator): try generator.requireMemory(options)
    case .generatedSeries(let generator): try generator.requireMemory(options)
    case .tagged, .labelled, .pairs, .stream, .pieces, .series: break
    }
  }
}
