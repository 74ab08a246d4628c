/// A formula of an article, such as `4H(E + H) + 2N`: what stands side by side is multiplied, quotients are rounded up, and words of two
/// letters or more are names.
struct Formula {
  private var rest: Substring
  private let named: [String: Int]

  /// Nil where it cannot be read.
  static func value(_ text: String, _ named: [String: Int]) -> Int? {
    var formula = Formula(rest: text.filter { $0 != "\u{a0}" }[...], named: named)
    let value = formula.sum()
    return formula.peek() == nil ? value : nil
  }

  /// `4H × E`
  static func shape(_ text: String, _ named: [String: Int]) -> [Int]? {
    let sizes = text.split(separator: "×").map { value(String($0), named) }
    return sizes.contains(nil) ? nil : sizes.compactMap { $0 }
  }

  private mutating func peek() -> Character? {
    rest = rest.drop { $0 == " " }
    return rest.first
  }

  private mutating func take(_ characters: String) -> Character? {
    guard let next = peek(), characters.contains(next) else { return nil }
    return rest.removeFirst()
  }

  private mutating func sum() -> Int? {
    guard var total = product() else { return nil }
    while let sign = take("+−") {
      guard let next = product() else { return nil }
      total += sign == "+" ? next : -next
    }
    return total
  }

  private mutating func product() -> Int? {
    guard var total = power() else { return nil }
    while let next = peek(), !"+−)".contains(next) {
      let divides = take("/") != nil
      guard let factor = power(), factor != 0 else { return nil }
      total = divides ? (total + factor - 1) / factor : total * factor
    }
    return total
  }

  private mutating func power() -> Int? {
    guard let base = atom() else { return nil }
    return take("²") == nil ? base : base * base
  }

  private mutating func atom() -> Int? {
    if take("(") != nil {
      let inner = sum()
      return take(")") == nil ? nil : inner
    }
    guard let first = peek() else { return nil }
    let digits = rest.prefix { $0.isNumber && $0.isASCII }
    guard digits.isEmpty else {
      rest.removeFirst(digits.count)
      return Int(digits)
    }
    let word = first.isLetter ? rest.prefix { $0.isLetter || $0 == "_" } : ""
    rest.removeFirst(word.count)
    return named[String(word)]
  }
}
