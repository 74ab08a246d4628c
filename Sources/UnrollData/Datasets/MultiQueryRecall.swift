import UnrollCore

extension DatasetDefinition {
  /// `pairs` keys with their values, then the keys again, each once and at a random place among blanks; `length` tokens in all. The label of a
  /// key's second time is its value:
  ///
  ///     k2 v7 k5 v1 _ k5 _ _ k2 _      labels at the later k5 and k2: v1 v7
  ///
  /// Multi-query associative recall (Arora et al. 2023), read causally: every sequence asks for all its pairs, so a model's state must hold them
  /// all. Keys and values are `symbols` each.
  static let multiQueryRecall = DatasetDefinition(
    "multi-query-recall", "pairs of keys and values; every key asks for its value later", version: "1",
    licence: "none needed", source: "generated",
    format: .generated(
      ["length", "symbols", "pairs"],
      check: { options in
        if options.pairs > options.symbols {
          throw InputError(
            "multi-query-recall: pairs (\(options.pairs)) must not exceed symbols (\(options.symbols)): keys differ")
        }
        if 3 * options.pairs > options.length {
          throw InputError(
            "multi-query-recall: \(options.pairs) pairs and their keys need \(3 * options.pairs) tokens; raise length (\(options.length))"
          )
        }
      },
      .generatedTags(
        Generator { options, random in
          let keys = random.distinct(options.pairs, below: options.symbols)
          let values = keys.map { _ in "v\(random.below(options.symbols))" }
          var words = zip(keys, values).flatMap { ["k\($0)", $1] }
          let rest = options.length - words.count
          words += [String](repeating: "_", count: rest)
          var tags = [String?](repeating: nil, count: options.length)
          for (key, place) in random.distinct(options.pairs, below: rest).enumerated() {
            words[2 * options.pairs + place] = "k\(keys[key])"
            tags[2 * options.pairs + place] = values[key]
          }
          return TaggedSentence(words: words, tags: tags)
        }))
  ) {
    ($0.generator.length, $0.generator.symbols) = (64, 64)
  }
}
