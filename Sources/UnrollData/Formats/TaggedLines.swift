/// Gathers token lines into sentences; shared by the formats with one token a line and blank lines between sentences.
struct TaggedLines {
  let file: TextFile
  let lowercase: Bool
  /// The tag that means that none is asked for; empty for none.
  private let ignored: String
  private(set) var samples: [Sample<TaggedSentence>] = []
  private var words: [String] = []
  private var tags: [String?] = []
  private var lines: [Int] = []
  /// Sentences of which every word consists of `_`, and the line of the first that has several words.
  private var masked = (count: 0, line: Int?.none)

  init(_ file: TextFile, _ options: DataOptions) {
    self.file = file
    lowercase = options.lowercase
    ignored = options.ignoreLabel
  }

  var isInside: Bool { !words.isEmpty }

  /// - Throws: `InputError` when the word or the tag is empty, or has a blank at an end, which would silently make another one.
  mutating func append(_ word: TextFile.Bytes, _ tag: TextFile.Bytes, line: Int) throws {
    try check(word, "word", line)
    try check(tag, "tag", line)
    let name = tag.text
    words.append(word.text)
    tags.append(name == ignored ? nil : name)
    lines.append(line)
  }

  private func check(_ field: TextFile.Bytes, _ what: String, _ line: Int) throws {
    guard let first = field.first, let last = field.last else { throw file.error("the \(what) is empty", line) }
    guard !first.isBlank, !last.isBlank else {
      throw file.error("the \(what) \"\(field.text)\" begins or ends with a blank", line)
    }
  }

  /// Ends the sentence, when there is one.
  mutating func endSentence() {
    guard !words.isEmpty else { return }
    if words.allSatisfy({ $0.utf8.allSatisfy { $0 == .underscore } }) {
      masked.count += 1
      if words.count > 1, masked.line == nil { masked.line = lines[0] }
    }
    let key = words.joined(separator: " ")
    let item = TaggedSentence(
      words: lowercase ? words.map { $0.lowercased() } : words, tags: tags, written: lowercase ? words : nil)
    samples.append(Sample(item: item, key: key, file: file.path, lines: lines))
    words = []
    tags = []
    lines = []
  }

  /// - Throws: `InputError` when there is no sentence, or no text in them.
  mutating func finish() throws -> [Sample<TaggedSentence>] {
    endSentence()
    guard samples.isEmpty || masked.count < samples.count else {
      throw file.error(
        "every word is \"_\": this treebank comes without its text; put the text in, with the program that its publisher gives"
      )
    }
    return try file.required(samples, "sentences")
  }

  /// For formats in which `_` stands for a word that is not given.
  ///
  /// - Throws: `InputError` with the line of the first sentence that comes without its text.
  func refuseMasked() throws {
    guard let line = masked.line else { return }
    throw file.error(
      "every word of this sentence is \"_\", as in \(masked.count) of \(samples.count) sentences: they come without their text; "
        + "put the text in, or take them out", line)
  }
}
