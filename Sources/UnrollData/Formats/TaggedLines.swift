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

  init(_ file: TextFile, _ options: DataOptions) {
    self.file = file
    lowercase = options.lowercase
    ignored = options.ignoreLabel
  }

  /// - Throws: `InputError` when the word or the tag is empty.
  mutating func append(_ word: ArraySlice<UInt8>, _ tag: ArraySlice<UInt8>, line: Int) throws {
    guard !word.isEmpty else { throw file.error("the word is empty", line) }
    guard !tag.isEmpty else { throw file.error("the tag is empty", line) }
    words.append(word.text)
    tags.append(tag.text == ignored ? nil : tag.text)
    lines.append(line)
  }

  /// Ends the sentence, when there is one.
  mutating func endSentence() {
    guard !words.isEmpty else { return }
    let key = words.joined(separator: " ")
    if lowercase { words = words.map { $0.lowercased() } }
    samples.append(
      Sample(item: TaggedSentence(words: words, tags: tags), key: key, file: file.path, lines: lines))
    words = []
    tags = []
    lines = []
  }

  mutating func finish() throws -> [Sample<TaggedSentence>] {
    endSentence()
    return try file.required(samples, "sentences")
  }
}
