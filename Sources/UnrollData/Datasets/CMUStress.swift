import UnrollCore

extension DatasetDefinition {
  /// Words of a pronouncing dictionary as phones; the tags say where a syllable begins (B) or goes on (I), and
  /// whether it is stressed (1) or not (0).
  static let cmuStress = DatasetDefinition(
    "cmu-stress", "phones of English words: syllable starts and stress, 4 tags", version: "0.4",
    licence: "CSTR, University of Edinburgh (free, MIT-like)", source: "Debian package festlex-cmu", isDefault: true,
    format: FormatDefinition(
      "festival-lexicon", "a compiled lexicon of Festival", reader: .tagged(FestivalLexicon.read))
  ) { $0.train = "cmu/cmudict-0.4.out" }
}

/// Entries such as `("adversity" nil (((ae d) 0) ((v er) 1) ((s ih) 0) ((t iy) 0)))`, after a line `MNCL`.
private enum FestivalLexicon {
  @Sendable static func read(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<
    TaggedSentence
  >] {
    let file = try files.read(path, options.encoding)
    var samples: [Sample<TaggedSentence>] = []
    try file.forEachLine { line, number in
      if number == 1, line.first != open { return }
      if line.isBlank { return }
      guard case (let word, var sentence)? = entry(line) else {
        throw file.error("not an entry of a Festival lexicon: (\"word\" class (((phones) stress) …))", number)
      }
      if options.lowercase {
        let words = sentence.words
        sentence = TaggedSentence(words: words.map { $0.lowercased() }, tags: sentence.tags, written: words)
      }
      let lines = [Int](repeating: number, count: sentence.tags.count)
      samples.append(Sample(item: sentence, key: word, file: file.path, lines: lines))
    }
    return try file.required(samples, "entries")
  }

  private static func entry(_ line: ArraySlice<UInt8>) -> (word: String, TaggedSentence)? {
    guard line.starts(with: [open, .quote]), let end = line.dropFirst(2).firstIndex(of: .quote) else { return nil }
    let word = line[(line.startIndex + 2)..<end].text
    guard let list = line[end...].firstIndex(of: open) else { return nil }
    guard let sentence = syllables(line[list...]), !sentence.words.isEmpty else { return nil }
    return (word, sentence)
  }

  /// Reads `(((ae d) 0) …))`. Depth 3 holds phones, depth 2 the stress that follows them.
  private static func syllables(_ text: ArraySlice<UInt8>) -> TaggedSentence? {
    var sentence = TaggedSentence(words: [], tags: [])
    sentence.words.reserveCapacity(16)
    sentence.tags.reserveCapacity(16)
    var depth = 0
    var i = text.startIndex
    while i < text.endIndex {
      let start = i
      i += 1
      switch text[start] {
      case open: depth += 1
      case close: depth -= 1
      case .space: continue
      default:
        while i < text.endIndex, text[i] != open, text[i] != close, text[i] != .space { i += 1 }
        switch depth {
        case 3: sentence.words.append(text[start..<i].text)
        case 2: guard endSyllable(&sentence, stress: text[start..<i]) else { return nil }
        default: return nil
        }
      }
    }
    return depth == -1 && sentence.words.count == sentence.tags.count ? sentence : nil
  }

  /// Tags the phones that have none yet; false when there are none, or the stress is neither 0 nor 1.
  private static func endSyllable(_ sentence: inout TaggedSentence, stress: ArraySlice<UInt8>) -> Bool {
    let phones = sentence.words.count - sentence.tags.count
    let stressed = stress.elementsEqual([UInt8(ascii: "1")])
    guard phones > 0, stressed || stress.elementsEqual([UInt8(ascii: "0")]) else { return false }
    sentence.tags.append(stressed ? "B1" : "B0")
    for _ in 1..<phones { sentence.tags.append(stressed ? "I1" : "I0") }
    return true
  }

  private static let open = UInt8(ascii: "(")
  private static let close = UInt8(ascii: ")")
}
