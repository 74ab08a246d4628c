import UnrollCore

extension FormatDefinition {
  /// One token a line in columns, as at the CoNLL shared tasks. No line is a comment, since `#` may be a word.
  static let columns = FormatDefinition(
    "columns", "one token a line: word and tag in columns, blank lines between sentences",
    keys: ["column", "word_column", "separator", "ignore_label"], preset: { $0.column = "2" },
    check: { _ = try Columns.index($0) },
    reader: .tagged(Columns.read))
}

private enum Columns {
  static func index(_ options: DataOptions) throws -> Int {
    guard let number = Int(options.column), number > 0 else {
      throw InputError("column must be a number from 1, not \"\(options.column)\"")
    }
    return number - 1
  }

  @Sendable static func read(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<
    TaggedSentence
  >] {
    let tag = try index(options)
    let word = options.wordColumn - 1
    let file = try files.read(path, options.encoding)
    var sentences = TaggedLines(file, options)
    var width = 0
    try file.forEachLine { line, number in
      if line.isBlank { return sentences.endSentence() }
      let fields = options.separator == .tab ? line.fields(.tab) : line.words
      if fields[0].elementsEqual(documentStart) { return }
      width = width == 0 ? fields.count : width
      guard fields.count == width else {
        throw file.error("this line has \(fields.count) columns, the lines before it have \(width)", number)
      }
      guard max(word, tag) < width else {
        throw file.error("column \(max(word, tag) + 1) is asked for, this line has \(width)", number)
      }
      try sentences.append(fields[word], fields[tag], line: number)
    }
    return try sentences.finish()
  }

  /// Marks the border of two documents in CoNLL-2003 and its kin; not a sentence.
  private static let documentStart = Array("-DOCSTART-".utf8)
}
