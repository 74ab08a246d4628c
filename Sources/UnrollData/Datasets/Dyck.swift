import UnrollCore

extension DatasetDefinition {
  /// `length` pairs of brackets of `symbols` kinds, well nested and at most `depth` deep; the label of every step is the bracket that may
  /// close next, or none:
  ///
  ///     (0 (1 )1 )0 (1 )1      labels )0 )1 )0 none )1 none
  ///
  /// Dyck-(k, m) as Hewitt et al. (2020) ask for it. A model needs a stack of m kinds. The baseline is the most frequent label of the word.
  static let dyck = DatasetDefinition(
    "dyck", "which bracket may close next", version: "1", licence: "none needed", source: "generated",
    format: .generated(
      ["length", "symbols", "depth"],
      .generatedTags(
        Generator { options, random in
          var (stack, words, tags): ([Int], [String], [String?]) = ([], [], [])
          let steps = 2 * options.length
          for step in 0..<steps {
            let mustOpen = stack.isEmpty
            let mustClose = stack.count == min(options.depth, steps - step)
            if mustOpen || (!mustClose && random.below(2) == 0) {
              stack.append(random.below(options.symbols))
              words.append("(\(stack.last!)")
            } else {
              words.append(")\(stack.removeLast())")
            }
            tags.append(stack.last.map { ")\($0)" } ?? "none")
          }
          return TaggedSentence(words: words, tags: tags)
        }))
  ) { $0.generator.symbols = 2 }
}
