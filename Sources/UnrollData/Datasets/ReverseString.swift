import UnrollCore

extension DatasetDefinition {
  /// `length` symbols, to be repeated from the last to the first:
  ///
  ///     3 1 4 ? ? ?      labels at the marks: 4 1 3
  ///
  /// Deterministic context-free: a stack does it (Delétang et al. 2023).
  static let reverseString = DatasetDefinition(
    "reverse-string", "symbols to repeat from the last to the first", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length", "symbols"],
      .generatedTags(
        Generator { options, random in
          let symbols = (0..<options.length).map { _ in "\(random.below(options.symbols))" }
          return TaggedSentence(
            words: symbols + [String](repeating: "?", count: symbols.count),
            tags: [String?](repeating: nil, count: symbols.count) + symbols.reversed())
        }))
  ) { $0.generator.symbols = 2 }
}
