import UnrollCore

extension DatasetDefinition {
  /// A number of `length` digits, to be written out:
  ///
  ///     4 0 7 1 2      forty thousand seven hundred twelve
  ///
  /// Neither side follows the other step by step: a zero says nothing, `twelve` says two digits, and `thousand` what place they have.
  static let numberNames = DatasetDefinition(
    "number-names", "numbers in digits, to be written out in words", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length"],
      check: { options in
        guard options.length <= 9 else { throw InputError("length must be 1…9 digits here, not \(options.length)") }
      },
      .generatedPairs(
        Generator { options, random in
          let digits = (0..<options.length).map { $0 == 0 ? 1 + random.below(9) : random.below(10) }
          return TextPair(source: digits.map { "\($0)" }, target: NumberNames.words(digits.reduce(0) { 10 * $0 + $1 }))
        }))
  ) { $0.generator.length = 4 }
}

private enum NumberNames {
  /// Of a number below a thousand millions; none of 0.
  static func words(_ number: Int) -> [String] {
    switch number {
    case 0: []
    case ..<20: [small[number - 1]]
    case ..<100: [tens[number / 10 - 2]] + words(number % 10)
    case ..<1000: words(number / 100) + ["hundred"] + words(number % 100)
    case ..<1_000_000: words(number / 1000) + ["thousand"] + words(number % 1000)
    default: words(number / 1_000_000) + ["million"] + words(number % 1_000_000)
    }
  }

  private static let small = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
  ]
  private static let tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
}
