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

extension Sample<LabelledText> {
  /// A text as it stands on a line, with its label.
  init(_ text: TextFile.Bytes, label: String, _ tokeniser: Tokeniser, _ file: TextFile, _ line: Int) {
    self.init(
      item: LabelledText([text], label: label, tokeniser), key: text.text, file: file.path, lines: [line])
  }
}

extension Sample<TextPair> {
  /// Two texts as they stand in a file, or on the same line of two. Equal sources fall on one side of a split.
  ///
  /// - Throws: `InputError` for a text that is empty, and a target that has an end of its own.
  init(
    _ source: TextFile.Bytes, _ target: TextFile.Bytes, _ tokenisers: PairTokenisers, _ file: TextFile,
    targets: TextFile? = nil, _ line: Int
  ) throws {
    let (source, target, targets) = (source.trimmed, target.trimmed, targets ?? file)
    guard !source.isEmpty else { throw file.error("the source is empty", line) }
    guard !target.isEmpty else { throw targets.error("the target is empty", line) }
    let item = TextPair(
      source: tokenisers.source.tokens(source), target: tokenisers.target.tokens(target),
      writtenSource: tokenisers.source.written(source))
    if let complaint = item.complaint { throw targets.error(complaint, line) }
    self.init(item: item, key: source.text, file: file.path, lines: [line])
  }
}

/// How either side of a pair becomes tokens.
struct PairTokenisers {
  let source: Tokeniser
  let target: Tokeniser

  init(_ options: DataOptions) { (source, target) = (Tokeniser(options), Tokeniser(options.ofTargets)) }
}
