import UnrollCore

extension DatasetDefinition {
  /// `length` letters a and b; the class is whether `ab` and `ba` together stand in it an even number of times:
  ///
  ///     a a b b a      class even (ab, ba)
  ///
  /// (Delétang et al. 2023.) That is the case where the first and the last letter are equal, so a model that keeps the first one solves it.
  static let evenPairs = DatasetDefinition(
    "even-pairs", "whether unequal neighbours come an even number of times", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length"],
      .generatedTexts(
        Generator { options, random in
          let letters = (0..<options.length).map { _ in random.below(2) == 0 ? "a" : "b" }
          let changes = zip(letters, letters.dropFirst()).count { $0 != $1 }
          return LabelledText(words: letters, label: changes % 2 == 0 ? "even" : "odd")
        })))
}
