import UnrollCore

extension DatasetDefinition {
  /// A sequence of `length` digits, two of them marked, one in each half; the class is the sum of the marked ones:
  ///
  ///     7 2 4+ 0 9 | 3 3 8+ 1 5     class 12
  ///
  /// The discrete form of the adding problem (Hochreiter & Schmidhuber 1997), since inputs here are tokens: digits instead of
  /// real numbers, a class instead of a regression. The baseline is the most frequent sum of training (9, one in ten). Order
  /// plays no part: a bag of words holds all that is needed, and the two marked tokens are 2/`length` of it.
  static let adding = DatasetDefinition(
    "adding", "the sum of the two marked digits of a sequence, 19 classes", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length"],
      check: { if $0.length < 2 { throw InputError("adding: length must be 2 or more, one mark in each half") } },
      .generatedTexts(
        Generator { options, random in
          let half = options.length / 2
          let marked = [random.below(half), half + random.below(options.length - half)]
          let digits = (0..<options.length).map { _ in random.below(10) }
          var words = digits.map { "\($0)" }
          for position in marked { words[position] += "+" }
          return LabelledText(words: words, label: "\(digits[marked[0]] + digits[marked[1]])")
        })))
}
