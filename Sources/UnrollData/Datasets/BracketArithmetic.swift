import UnrollCore

/// Sums, differences and products of numbers modulo a number, in brackets: `( ( 1 + 2 ) * 4 )`.
private indirect enum Expression {
  case number(Int)
  /// What is asked for, in an equation.
  case unknown
  case join(Expression, String, Expression)

  /// A random one of so many numbers.
  static func random(_ count: Int, _ modulus: Int, _ random: inout RandomSource) -> Expression {
    guard count > 1 else { return .number(random.below(modulus)) }
    let left = 1 + random.below(count - 1)
    let first = Expression.random(left, modulus, &random)
    let sign = ["+", "-", "*"][random.below(3)]
    return .join(first, sign, .random(count - left, modulus, &random))
  }

  var words: [String] {
    switch self {
    case .number(let number): ["\(number)"]
    case .unknown: ["x"]
    case .join(let first, let sign, let second): ["("] + first.words + [sign] + second.words + [")"]
    }
  }

  func value(_ modulus: Int, x: Int = 0) -> Int {
    switch self {
    case .number(let number): return number
    case .unknown: return x
    case .join(let first, let sign, let second):
      let (a, b) = (first.value(modulus, x: x), second.value(modulus, x: x))
      return (sign == "+" ? a + b : sign == "-" ? a + modulus - b : a * b) % modulus
    }
  }

  /// With x in the place of the number at a position.
  func asking(_ position: Int) -> Expression {
    switch self {
    case .number, .unknown: return .unknown
    case .join(let first, let sign, let second):
      let left = first.count
      return position < left
        ? .join(first.asking(position), sign, second) : .join(first, sign, second.asking(position - left))
    }
  }

  private var count: Int {
    switch self {
    case .number, .unknown: 1
    case .join(let first, _, let second): first.count + second.count
    }
  }
}

extension DatasetDefinition {
  /// `length` numbers below `symbols` in brackets; the class is the value modulo `symbols`:
  ///
  ///     ( ( 1 + 2 ) * ( 4 - 1 ) )      class 4 (9 modulo 5)
  ///
  /// Needs a stack: deterministic context-free (Delétang et al. 2023, *modular arithmetic*).
  static let bracketArithmetic = DatasetDefinition(
    "bracket-arithmetic", "the value of an expression in brackets modulo a number", version: "1",
    licence: "none needed", source: "generated",
    format: .generated(
      ["length", "symbols"],
      .generatedTexts(
        Generator { options, random in
          let expression = Expression.random(options.length, options.symbols, &random)
          return LabelledText(words: expression.words, label: "\(expression.value(options.symbols))")
        }))
  ) { $0.generator.symbols = 5 }

  /// The same as an equation with one number unknown, which has one solution; the class is that:
  ///
  ///     ( ( 1 + x ) * ( 4 - 2 ) ) = 1      class 2
  ///
  /// (Delétang et al. 2023, *solve equation*.)
  static let solveEquation = DatasetDefinition(
    "solve-equation", "the unknown of an equation in brackets modulo a number", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length", "symbols"],
      .generatedTexts(
        Generator { options, random in
          while true {
            let modulus = options.symbols
            let whole = Expression.random(options.length, modulus, &random)
            let asking = whole.asking(random.below(options.length))
            // Multiplied by 0, or by a divisor of the modulus, every x or none would do.
            let values = (0..<modulus).map { asking.value(modulus, x: $0) }
            guard Set(values).count == modulus else { continue }
            let x = random.below(modulus)
            return LabelledText(words: asking.words + ["=", "\(values[x])"], label: "\(x)")
          }
        }))
  ) { $0.generator.symbols = 5 }
}
