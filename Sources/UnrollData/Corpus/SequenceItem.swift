/// What tagged sentences, labelled texts, pairs of texts and sequences of numbers have in common.
protocol SequenceItem: Sendable {
  /// Steps T; of a pair those of its longer side.
  var length: Int { get }
  /// One label per step, or a single one, nil where none is asked for; empty where something else is.
  var labelNames: [String?] { get }
  /// What its steps are: equal sequences have equal ones.
  var content: [String] { get }
  /// How many targets there are.
  var asked: Int { get }
}

/// Those whose steps are words.
protocol TextItem: SequenceItem {
  var words: [String] { get }
  /// As they stand in the text, where `words` are in small letters.
  var written: [String]? { get }
  /// Of two texts where the second begins.
  var boundary: Int? { get }
}

extension TextItem {
  var length: Int { words.count }
  var content: [String] { words }
}

extension SequenceItem {
  /// The labels that are asked for.
  var namedLabels: [String] { labelNames.compactMap { $0 } }
  var asked: Int { labelNames.count { $0 != nil } }
}

extension TaggedSentence: TextItem {
  var boundary: Int? { nil }
  var labelNames: [String?] { tags }
}

extension LabelledText: TextItem {
  var labelNames: [String?] { [label] }
}

extension TextPair: SequenceItem {
  var length: Int { max(source.count, target.count) }
  var labelNames: [String?] { [] }
  var content: [String] { source }
  /// With the end.
  var asked: Int { target.count + 1 }
}

extension NumberSequence: SequenceItem {
  var length: Int { inputs.count / columns.inputs.count }
  var labelNames: [String?] { labels }
  var content: [String] { rows }
  var asked: Int { labels.isEmpty ? targets.count { !$0.isNaN } : namedLabels.count }
}
