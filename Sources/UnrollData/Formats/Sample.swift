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
      item: LabelledText(words: tokeniser.tokens(text), label: label, written: tokeniser.written(text)), key: text.text,
      file: file.path, lines: [line])
  }
}
