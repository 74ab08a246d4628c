/// An item on its way from a file to a split.
struct Sample<Item> {
  var item: Item
  /// The content as it stands in the file, before lower-casing or tokenising and without the label. Splits and
  /// subsamples depend on it alone: equal texts fall on the same side, whatever the other options are.
  let key: String
  let file: String
  /// The line of every label, from 1.
  let lines: [Int]
}

/// What tagged sentences and labelled texts have in common.
protocol SequenceItem: Sendable {
  var words: [String] { get }
  /// One label per word, or a single one; nil where none is asked for.
  var labelNames: [String?] { get }
}

extension SequenceItem {
  /// The labels that are asked for.
  var namedLabels: [String] { labelNames.compactMap { $0 } }
}

extension TaggedSentence: SequenceItem {
  var labelNames: [String?] { tags }
}

extension LabelledText: SequenceItem {
  var labelNames: [String?] { [label] }
}

/// How a format reads one path (a file, or a folder) into items in the order of the file, or makes them without any.
enum Reader: Sendable {
  typealias Read<Result> = @Sendable (_ path: String, SourceFiles, DataOptions) throws -> Result

  case tagged(Read<[Sample<TaggedSentence>]>)
  case labelled(Read<[Sample<LabelledText>]>)
  /// Running text as one stream, split by position.
  case stream(Read<[String]>)
  /// Running text made of short independent pieces, split by their content.
  case pieces(Read<[Sample<String>]>)
  case generatedTags(Generator<TaggedSentence>)
  case generatedTexts(Generator<LabelledText>)

  var kind: CorpusKind {
    switch self {
    case .tagged, .generatedTags: .tagged
    case .labelled, .generatedTexts: .labelled
    case .stream, .pieces: .text
    }
  }

  var isGenerated: Bool {
    switch self {
    case .generatedTags, .generatedTexts: true
    case .tagged, .labelled, .stream, .pieces: false
    }
  }
}
