import UnrollCore

extension FormatDefinition {
  /// CoNLL-U (universaldependencies.org/format.html): ten tab-separated columns a token, `#` comments, a blank line
  /// after each sentence. Multiword tokens (`1-2`) and empty nodes (`8.1`) are skipped: their words have own lines.
  ///
  /// Read strictly where a mistake would change words, tags or where a sentence ends; not in what nobody reads.
  static let conllu = FormatDefinition(
    "conllu", "CoNLL-U, tags from a column of choice", keys: ["column", "ignore_label"], preset: { $0.column = "upos" },
    check: { _ = try ConllU.index(of: $0.column) }, reader: .tagged(ConllU.read))
}

private enum ConllU {
  static let columns = ["id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"]

  /// Where `_` says that nothing is stated; elsewhere it is a value like others (no features, no remarks).
  static let stated = ["upos", "xpos", "head", "deprel"]
  /// Where blanks may stand inside of a value.
  static let loose = ["form", "lemma", "misc"]

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
    let mustBeStated = stated.contains(options.column)
    let mayHoldBlanks = loose.contains(options.column)
    let file = try files.read(path, options.encoding)
    var sentences = TaggedLines(file, options)
    var ids = ConllUIds(file)
    try file.forEachLine { line, number in
      if line.isBlank {
        try ids.endSentence()
        return sentences.endSentence()
      }
      if line.first == .hash { return try comment(line, ids, file, number) }
      let fields = line.fields(.tab)
      guard fields.count == columns.count else {
        throw file.error(
          "a token line of CoNLL-U has \(columns.count) columns between single tabs, this one has \(fields.count)",
          number)
      }
      let tag = fields[column]
      let isStated = !mustBeStated || !tag.isUnderscore
      guard try ids.takes(fields[0], head: fields[6], line: number) else {
        guard mustBeStated, isStated, !fields[0].contains(.dot) else { return }
        throw file.error(
          "\(fields[0].text) has the \(options.column) \"\(tag.text)\", which stands on its words alone", number)
      }
      guard isStated || options.ignoreLabel == "_" else {
        throw file.error(
          "the \(options.column) is \"_\", which means that none is stated; choose another column, or set ignore_label to _",
          number)
      }
      guard mayHoldBlanks || !tag.contains(where: \.isBlank) else {
        throw file.error("there is a blank in the \(options.column) \"\(tag.text)\"", number)
      }
      try sentences.append(fields[1], tag, line: number)
    }
    try ids.endSentence()
    let samples = try sentences.finish()
    try sentences.refuseMasked()
    return samples
  }

  /// Comments stand above a sentence; the first of a file may say that it is CoNLL-U Plus, with other columns.
  private static func comment(_ line: TextFile.Bytes, _ ids: ConllUIds, _ file: TextFile, _ number: Int) throws {
    guard !ids.isInside else {
      throw file.error("a comment stands above a sentence, not inside: is a blank line missing above this one?", number)
    }
    let words = line.dropFirst().words
    guard number == 1, words.first?.text == "global.columns" else { return }
    let given = words.dropFirst(2).map { $0.text.lowercased() }
    guard given == columns else {
      throw file.error(
        "this is CoNLL-U Plus with the columns \(given.joined(separator: ", ")); read it with format columns, "
          + "word_column, column and comments", number)
    }
  }
}

extension UInt8 {
  fileprivate static let dot = UInt8(ascii: ".")
}
