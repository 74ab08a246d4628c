import UnrollCore

extension DatasetDefinition {
  /// A subject, `length` phrases whose nouns are as likely of the other number (attractors; Linzen et al. 2016), and the verb, whose number
  /// the subject decides; the class is the verb:
  ///
  ///     the cats that the dog saw near the old trees        class were
  ///
  /// Nouns of both numbers stand in the phrases equally often, so the last noun says nothing: chance is 1/2.
  static let agreement = DatasetDefinition(
    "agreement", "whether a far subject takes was or were", version: "1", licence: "none needed", source: "generated",
    format: .generated(
      ["length"],
      .generatedTexts(
        Generator { options, random in
          let isMany = random.below(2) == 1
          var words = ["the", Agreement.noun(isMany, &random)]
          for _ in 0..<options.length {
            let other = Agreement.noun(random.below(2) == 1, &random)
            let phrase = Agreement.phrases[random.below(Agreement.phrases.count)]
            words += phrase.flatMap { $0 == "N" ? [other] : [$0] }
          }
          return LabelledText(words: words, label: isMany ? "were" : "was")
        }))
  ) { $0.generator.length = 4 }
}

private enum Agreement {
  private static let nouns = [
    "cat", "dog", "tree", "house", "bird", "boat", "garden", "window", "letter", "girl", "king", "river",
  ]
  /// N stands for the noun.
  static let phrases = [
    ["near", "the", "N"], ["behind", "the", "old", "N"], ["that", "the", "N", "saw"], ["with", "the", "green", "N"],
    ["which", "the", "N", "had", "already", "found"], ["of", "the", "N"],
  ]

  static func noun(_ isMany: Bool, _ random: inout RandomSource) -> String {
    nouns[random.below(nouns.count)] + (isMany ? "s" : "")
  }
}
