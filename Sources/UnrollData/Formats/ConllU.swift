import UnrollCore

extension FormatDefinition {
  /// CoNLL-U (universaldependencies.org/format.html): ten tab-separated columns a token, `#` comments, a blank line
  /// after each sentence. Multiword tokens (`1-2`) and empty nodes (`8.1`) are skipped: their words have own lines.
  static let conllu = FormatDefinition(
    "conllu", "CoNLL-U, tags from a column of choice", keys: ["column", "ignore_label"], preset: { $0.column = "upos" },
    check: { _ = try ConllU.index(of: $0.column) }, reader: .tagged(ConllU.read))
}

private enum ConllU {
  static let columns = ["id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"]

  static func index(of column: String) throws -> Int {
    guard let index = columns.firstIndex(of: column) else {
      throw InputError(Suggestion.unknown("column", column, known: columns))
    }
    return index
  }

  @Sendable static func read(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<
    TaggedSentence
  >] {
    let column = try index(of: options.column)
    let file = try files.read(path, options.encoding)
    var sentences = TaggedLines(file, options)
    try file.forEachLine { line, number in
      if line.isBlank { return sentences.endSentence() }
      if line.first == UInt8(ascii: "#") { return }
      let fields = line.fields(.tab)
      guard fields.count == columns.count else {
        throw file.error(
          "a token line of CoNLL-U has \(columns.count) columns between single tabs, this one has \(fields.count)",
          number)
      }
      if try isWord(fields[0], file, number) { try sentences.append(fields[1], fields[column], line: number) }
    }
    return try sentences.finish()
  }

  /// Whether the id is a plain number; false for `1-2` and `8.1`.
  private static func isWord(_ id: ArraySlice<UInt8>, _ file: TextFile, _ line: Int) throws -> Bool {
    if !id.isEmpty, id.allSatisfy(\.isDigit) { return true }
    let parts = id.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isDigit) }) else {
      throw file.error("\"\(id.text)\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1", line)
    }
    return false
  }
}
