import UnrollCore

extension DatasetDefinition {
  /// `length` bits; the class is whether an odd number of them is 1:
  ///
  ///     1 0 1 1        class odd
  ///
  /// A regular language with two states (Delétang et al. 2023). Every bit counts, so chance is all that a bag of words, or a model that
  /// forgets one bit, can reach.
  static let parity = DatasetDefinition(
    "parity", "whether an odd number of bits is 1", version: "1", licence: "none needed", source: "generated",
    format: .generated(
      ["length"],
      .generatedTexts(
        Generator { options, random in
          let bits = (0..<options.length).map { _ in random.below(2) }
          return LabelledText(words: bits.map(String.init), label: bits.reduce(0, +) % 2 == 1 ? "odd" : "even")
        })))
}
