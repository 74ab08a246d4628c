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
