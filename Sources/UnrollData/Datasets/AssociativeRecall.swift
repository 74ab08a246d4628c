import UnrollCore

extension DatasetDefinition {
  /// Pairs of a key and its value, `length` blanks, then keys alone, each of which asks for its value:
  ///
  ///     k2 v7 k5 v1 k0 v7 _ _ _ _ k5 k2     labels at the last two: v1 v7
  ///
  /// (Ba et al. 2016; with several queries as in Arora et al. 2023.) The keys of a sequence differ, its values need not; a query
  /// comes once. Chance is 1/`symbols`; guessing among the values of the sequence reaches about 1/`pairs`.
  static let associativeRecall = DatasetDefinition(
    "associative-recall", "pairs of keys and values to remember; keys ask for their values", version: "1",
    licence: "none needed", source: "generated",
    format: .generated(
      ["length", "symbols", "pairs", "queries"],
      check: { options in
        if options.pairs > options.symbols {
          throw InputError(
            "associative-recall: pairs (\(options.pairs)) must not exceed symbols (\(options.symbols)): keys differ")
        }
        if options.queries > options.pairs {
          throw InputError(
            "associative-recall: queries (\(options.queries)) must not exceed pairs (\(options.pairs)): a key is asked once"
          )
        }
      },
      .generatedTags(
        Generator { options, random in
          let keys = random.distinct(options.pairs, below: options.symbols)
          let values = keys.map { _ in "v\(random.below(options.symbols))" }
          let queries = random.distinct(options.queries, below: options.pairs)
          let pairs = zip(keys, values).flatMap { ["k\($0)", $1] }
          let blanks = [String](repeating: "_", count: options.length)
          return TaggedSentence(
            words: pairs + blanks + queries.map { "k\(keys[$0])" },
            tags: [String?](repeating: nil, count: pairs.count + blanks.count) + queries.map { values[$0] })
        })))
}
