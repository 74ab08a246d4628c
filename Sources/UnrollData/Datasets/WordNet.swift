import UnrollCore

extension DatasetDefinition {
  static let wordnetSupersense = wordnet(
    "wordnet-supersense", "definitions by the kind of thing they define, 45 classes",
    .labelled { folder, files, options in
      let tokeniser = Tokeniser(options)
      return try WordNet.glosses(folder, files).map { gloss in
        let item = LabelledText(
          words: tokeniser.tokens(gloss.key), label: gloss.item, written: tokeniser.written(gloss.key))
        return Sample(item: item, key: gloss.key, file: gloss.file, lines: gloss.lines)
      }
    })

  static let wordnetText = wordnet(
    "wordnet-text", "definitions and examples of a dictionary as running text",
    .pieces { folder, files, _ in
      try WordNet.glosses(folder, files).map { Sample(item: $0.key, key: $0.key, file: $0.file, lines: $0.lines) }
    }
  ) {
    // The parts of speech follow one another, so a split by position would test on adverbs alone.
    $0.developmentPercent = 5
    $0.testPercent = 5
  }

  private static func wordnet(
    _ name: String, _ summary: String, _ reader: Reader,
    _ preset: @escaping @Sendable (inout DataOptions) -> Void = { _ in }
  ) -> DatasetDefinition {
    DatasetDefinition(
      name, summary, version: "3.0", licence: "WordNet 3.0", source: "Debian package wordnet-base", isDefault: true,
      format: FormatDefinition("wordnet", "the WordNet database (wndb(5WN))", reader: reader)
    ) {
      $0.train = "wordnet"
      $0.tokeniser = .words
      $0.lowercase = true
      preset(&$0)
    }
  }
}

/// The glosses of the WordNet database: one synset a line, `offset lexfile … | gloss`; lines of the licence begin with
/// a blank.
private enum WordNet {
  /// All glosses with the names of their lexicographer files as items, in the order noun, verb, adj, adv.
  static func glosses(_ folder: String, _ files: SourceFiles) throws -> [Sample<String>] {
    var samples: [Sample<String>] = []
    for wordClass in ["noun", "verb", "adj", "adv"] {
      let file = try files.read(Files.join(folder, "data.\(wordClass)"), .utf8)
      try file.forEachLine { line, number in
        if line.first == .space || line.isEmpty { return }
        samples.append(try gloss(line, file, number))
      }
    }
    return samples
  }

  private static func gloss(_ line: ArraySlice<UInt8>, _ file: TextFile, _ number: Int) throws -> Sample<String> {
    guard let start = textStart(line), let name = lexicographerFile(line) else {
      throw file.error("not a synset of WordNet 3.0: \"offset number … | gloss\"", number)
    }
    let text = line[start...].trimmed
    guard !text.isEmpty else { throw file.error("the gloss is empty", number) }
    return Sample(item: name, key: text.text, file: file.path, lines: [number])
  }

  /// The index after the first `"| "`.
  private static func textStart(_ line: ArraySlice<UInt8>) -> Int? {
    guard let bar = line.firstIndex(of: UInt8(ascii: "|")), bar + 1 < line.endIndex, line[bar + 1] == .space else {
      return nil
    }
    return bar + 2
  }

  private static func lexicographerFile(_ line: ArraySlice<UInt8>) -> String? {
    guard let blank = line.firstIndex(of: .space), blank + 3 < line.endIndex, line[blank + 3] == .space,
      let number = Int(line[blank + 1...blank + 2].text), lexicographerFiles.indices.contains(number)
    else { return nil }
    return lexicographerFiles[number]
  }

  /// By number, from the manual page lexnames(5WN).
  private static let lexicographerFiles = [
    "adj.all", "adj.pert", "adv.all", "noun.Tops", "noun.act", "noun.animal", "noun.artifact", "noun.attribute",
    "noun.body", "noun.cognition", "noun.communication", "noun.event", "noun.feeling", "noun.food", "noun.group",
    "noun.location", "noun.motive", "noun.object", "noun.person", "noun.phenomenon", "noun.plant", "noun.possession",
    "noun.process", "noun.quantity", "noun.relation", "noun.shape", "noun.state", "noun.substance", "noun.time",
    "verb.body", "verb.change", "verb.cognition", "verb.communication", "verb.competition", "verb.consumption",
    "verb.contact", "verb.creation", "verb.emotion", "verb.motion", "verb.perception", "verb.possession",
    "verb.social", "verb.stative", "verb.weather", "adj.ppl",
  ]
}
