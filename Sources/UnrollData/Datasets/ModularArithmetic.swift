import UnrollCore

extension DatasetDefinition {
  /// `length` numbers below `symbols` with +, − and × between them, products first; the class is the value modulo `symbols`:
  ///
  ///     1 + 2 * 4 - 3      class 1 (6 modulo 5)
  ///
  /// A regular language: the sum so far and the product under way are two numbers to keep (Delétang et al. 2023, *simple*).
  static let modularArithmetic = DatasetDefinition(
    "modular-arithmetic", "the value of sums and products modulo a number", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length", "symbols"],
      .generatedTexts(
        Generator { options, random in
          let modulus = options.symbols
          var words = ["\(random.below(modulus))"]
          var (sum, product) = (0, Int(words[0])!)
          for _ in 1..<max(1, options.length) {
            let (sign, next) = (random.below(3), random.below(modulus))
            words += [["+", "-", "*"][sign], "\(next)"]
            if sign == 2 {
              product = product * next % modulus
            } else {
              (sum, product) = ((sum + product) % modulus, sign == 0 ? next : modulus - next)
            }
          }
          return LabelledText(words: words, label: "\((sum + product) % modulus)")
        }))
  ) { $0.generator.symbols = 5 }
}
