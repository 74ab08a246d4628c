import UnrollCore

extension DatasetDefinition {
  /// `length` moves on a circle of `symbols` places (forward, back, stay) from place 0; the class is where one ends:
  ///
  ///     + + - 0 +      class 2
  ///
  /// A regular language with as many states as places (Delétang et al. 2023). The order of moves plays no part, their counts do.
  static let cycleNavigation = DatasetDefinition(
    "cycle-navigation", "where moves on a circle end", version: "1", licence: "none needed", source: "generated",
    format: .generated(
      ["length", "symbols"],
      .generatedTexts(
        Generator { options, random in
          let moves = (0..<options.length).map { _ in random.below(3) - 1 }
          let place = (moves.reduce(0, +) % options.symbols + options.symbols) % options.symbols
          return LabelledText(words: moves.map { ["-", "0", "+"][$0 + 1] }, label: "\(place)")
        }))
  ) { $0.generator.symbols = 5 }
}
