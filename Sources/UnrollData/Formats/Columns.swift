import UnrollCore

extension FormatDefinition {
  /// One token a line in columns, as at the CoNLL shared tasks. No line is a comment unless `comments` says so, since `#` may be
  /// a word.
  static let columns = FormatDefinition(
    "columns", "one token a line: word and tag in columns, blank lines between sentences",
    keys: ["column", "word_column", "separator", "comments", "ignore_label"], preset: { $0.column = "2" },
    check: { _ = try Columns.index($0) },
    reader: .tagged { path, files, options in
      var columns = try Columns(files.read(path, options.encoding), options)
      return try columns.read(remarks: files)
    })
}

private struct Columns {
  private let file: TextFile
  private let options: DataOptions
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
    (self.file, self.options) = (file, options)
    (word, tag) = (options.wordColumn - 1, try Columns.index(options))
  }

  mutating func read(remarks: SourceFiles) throws -> [Sample<TaggedSentence>] {
    var sentences = TaggedLines(file, options)
    try file.forEachLine { line, number in
      if line.isBlank { return sentences.endSentence() }
      if options.comments, line.first == .hash { return comments += 1 }
      let fields = options.separator == .space ? line.words : line.fields(options.separator.byte)
      if isDocumentStart(line, fields) {
        marks += 1
        return sentences.endSentence()
      }
      try check(fields, line, number)
      if options.separator == .space, !sentences.isInside, fields[0].elementsEqual([.hash]) { hashes += 1 }
      try sentences.append(fields[word], fields[tag], line: number)
    }
    say(remarks)
    return try sentences.finish()
  }

  /// `-DOCSTART-` marks the border of two documents in CoNLL-2003 and its kin; not a sentence.
  private func isDocumentStart(_ line: TextFile.Bytes, _ fields: [TextFile.Bytes]) -> Bool {
    let mark = Columns.documentStart
    if line.starts(with: mark) {
      let next = line.dropFirst(mark.count).first ?? .space
      return next.isBlank || next == options.separator.byte
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
    if !options.comments, line.first == .hash || beganWithHash {
      return "; if lines that begin with # are comments, set comments to true"
    }
    if options.separator != .tab, line.contains(.tab) { return "; if tabs stand between columns, set separator to tab" }
    if options.separator != .space, fields.count == 1, line.words.count > 1 {
      return "; if blanks stand between columns, set separator to space"
    }
    return ""
  }

  private func say(_ files: SourceFiles) {
    let name = Path.lastComponent(file.path)
    if marks > 0 { files.remark("\(name): document marks (-DOCSTART-) left out: \(marks)") }
    if comments > 0 { files.remark("\(name): lines that begin with # left out: \(comments)") }
    if hashes > 0 {
      files.remark(
        "\(name): sentences with # as their first word: \(hashes); if those lines are comments, set comments to true")
    }
  }
}
