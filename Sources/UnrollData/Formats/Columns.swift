import UnrollCore

extension FormatDefinition {
  /// One token a line in columns, as at the CoNLL shared tasks. No line is a comment unless `comments` says so, since `#` may be
  /// a word.
  static let columns = FormatDefinition(
    "columns", "one token a line: word and tag in columns, blank lines between sentences",
    keys: ["column", "word_column", "separator", "comments", "ignore_label"], preset: { $0.column = "2" },
    check: { _ = try Columns.index($0) },
    reader: .tagged { path, files, options in
      let file = try files.read(path, options.encoding)
      var columns = try Columns(file, options)
      let sentences = try columns.read(TaggedLines(file, options))
      columns.remarks.forEach(files.remark)
      return sentences
    })
}

private struct Columns {
  private let file: TextFile
  private let separator: Separator
  private let skipsComments: Bool
  private let word: Int
  private let tag: Int
  /// The columns of the first token line, 0 before it, and whether that line begins with `#`.
  private var width = 0
  private var beganWithHash = false
  /// What is said in the end: lines left out, and lines that look like comments (between blanks they have columns, too).
  private var (marks, comments, hashes) = (0, 0, 0)

  static func index(_ options: DataOptions) throws -> Int {
    guard let number = Int(options.column), number > 0 else {
      throw InputError("column must be a number from 1, not \"\(options.column)\"")
    }
    return number - 1
  }

  init(_ file: TextFile, _ options: DataOptions) throws {
    (self.file, separator, skipsComments) = (file, options.separator, options.comments)
    (word, tag) = (options.wordColumn - 1, try Columns.index(options))
  }

  mutating func read(_ sentences: TaggedLines) throws -> [Sample<TaggedSentence>] {
    var sentences = sentences
    try file.forEachLine { line, number in
      if line.isBlank { return sentences.endSentence() }
      if line.first == .hash, skipsComments { return comments += 1 }
      let fields = separator == .space ? line.words : line.fields(separator.byte)
      if isDocumentStart(line, fields) {
        marks += 1
        return sentences.endSentence()
      }
      try check(fields, line, number)
      if line.first == .hash, separator == .space, !sentences.isInside, fields[0].count == 1 { hashes += 1 }
      try sentences.append(fields[word], fields[tag], line: number)
    }
    return try sentences.finish()
  }

  /// `-DOCSTART-` marks the border of two documents in CoNLL-2003 and its kin; not a sentence.
  private func isDocumentStart(_ line: TextFile.Bytes, _ fields: [TextFile.Bytes]) -> Bool {
    let mark = Columns.documentStart
    if line.first == UInt8(ascii: "-"), line.starts(with: mark) {
      let next = line.dropFirst(mark.count).first ?? .space
      return next.isBlank || next == separator.byte
    }
    return word > 0 && word < fields.count && fields[word].elementsEqual(mark)
  }

  private static let documentStart = Array("-DOCSTART-".utf8)

  private mutating func check(_ fields: [TextFile.Bytes], _ line: TextFile.Bytes, _ number: Int) throws {
    if width == 0 { (width, beganWithHash) = (fields.count, line.first == .hash) }
    guard fields.count == width else {
      throw file.error(
        "this line has \(fields.count) columns, the lines before it have \(width)\(hint(fields, line))", number)
    }
    guard max(word, tag) < width else {
      throw file.error("column \(max(word, tag) + 1) is asked for, this line has \(width)\(hint(fields, line))", number)
    }
  }

  /// What may be the reason that a line has not the columns that it should have.
  private func hint(_ fields: [TextFile.Bytes], _ line: TextFile.Bytes) -> String {
    if !skipsComments, line.first == .hash || beganWithHash {
      return "; if lines that begin with # are comments, set comments to true"
    }
    if separator != .tab, line.contains(.tab) { return "; if tabs stand between columns, set separator to tab" }
    if separator != .space, fields.count == 1, line.words.count > 1 {
      return "; if blanks stand between columns, set separator to space"
    }
    return ""
  }

  /// What was left out, and what may be no word.
  var remarks: [String] {
    let name = Files.name(file.path)
    return [
      (marks, "document marks (-DOCSTART-) left out: \(marks)"),
      (comments, "lines that begin with # left out: \(comments)"),
      (hashes, "sentences with # as their first word: \(hashes); if those lines are comments, set comments to true"),
    ].filter { $0.0 > 0 }.map { "\(name): \($0.1)" }
  }
}
