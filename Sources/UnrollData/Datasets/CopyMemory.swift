import UnrollCore

extension DatasetDefinition {
  /// `items` symbols to keep over `length` steps, asked for at every step: blanks, then the symbols in their order behind the mark:
  ///
  ///     3 1 4 _ _ _ _ ? ? ? ?      labels _ _ _ _ _ _ _ _ 3 1 4
  ///
  /// The copy memory task in its published form (Hochreiter & Schmidhuber 1997; Arjovsky et al. 2016; Bai et al. 2018): length + 2 items steps,
  /// of which a model without memory knows all but the last items, with a mean loss of items · ln symbols / (length + 2 items) nats (0.0204 at
  /// a length of 1,000). Read causally.
  static let copyMemory = DatasetDefinition(
    "copy-memory", "symbols to keep over many blanks, as published", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length", "symbols", "items"],
      .generatedTags(
        Generator { options, random in
          let items = (0..<options.items).map { _ in "\(random.below(options.symbols))" }
          let blanks = [String](repeating: "_", count: options.length - 1)
          let marks = [String](repeating: "?", count: options.items + 1)
          return TaggedSentence(
            words: items + blanks + marks,
            tags: [String?](repeating: "_", count: options.length + options.items) + items)
        }))
  ) {
    ($0.generator.length, $0.generator.items) = (1000, 10)
  }
}
