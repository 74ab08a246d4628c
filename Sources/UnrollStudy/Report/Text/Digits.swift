import CLibrary
import UnrollCore

/// Numbers as text: digits that carry meaning, thousands in groups.
enum Digits {
  /// A fixed number of decimals, thousands grouped: `12,345.60`.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "not a number" : value > 0 ? "∞" : "−∞" }
    // Beyond, digits say nothing: the perplexity of a model that broke.
    if abs(value) >= 1e12 { return (value < 0 ? "−" : "") + scientific(abs(value)) }
    let text = printed("%.*f", max(0, decimals), abs(value))
    let parts = text.split(separator: ".", maxSplits: 1)
    let fraction = parts.count > 1 ? "." + parts[1] : ""
    let isZero = text.allSatisfy { $0 == "0" || $0 == "." }
    return (value < 0 && !isZero ? "−" : "") + grouped(parts[0]) + fraction
  }

  static func whole(_ value: Int) -> String { (value < 0 ? "−" : "") + grouped(Substring(String(value.magnitude))) }

  /// With its sign: `+0.31`.
  static func signed(_ value: Double, _ decimals: Int) -> String {
    let text = fixed(value, decimals)
    return value > 0 ? "+" + text : text
  }

  /// Rounded to `count` leading digits: 12,345 → `12,300`.
  static func significant(_ value: Double, _ count: Int) -> String {
    value == 0 ? "0" : rounded(value, count - 1 - exponent(value))
  }

  /// Rounded to so many decimals; fewer than none lie left of the point: `rounded(12345, -2)` is `12,300`.
  static func rounded(_ value: Double, _ decimals: Int) -> String {
    guard decimals < 0, value.isFinite else { return fixed(value, decimals) }
    let unit = pow(10, Double(-decimals))
    return fixed((value / unit).rounded() * unit, 0)
  }

  /// The power of ten of the leading digit; 0 for zero.
  static func exponent(_ value: Double) -> Int {
    value == 0 || !value.isFinite ? 0 : Int(floor(log10(abs(value)) + 1e-12))
  }

  /// For axes: `1.5k`, `20M`, `0.05`.
  static func short(_ value: Double) -> String {
    for (unit, letter) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where abs(value) >= unit {
      return plain(value / unit) + letter
    }
    return plain(value)
  }

  /// The shortest text of up to nine digits, for gnuplot and axes.
  static func plain(_ value: Double) -> String { printed("%.*g", 9, value) }

  /// Two digits over many orders of magnitude: `0.032`, `1.4e-07`.
  static func scientific(_ value: Double) -> String { printed("%.*g", 2, value) }

  /// Two digits in a sentence: `0.032`, `29,000`, and of what is very small or large `1.4e-07`.
  static func compact(_ value: Double) -> String {
    (1e-3..<1e6).contains(abs(value)) ? significant(value, 2) : scientific(value)
  }

  /// A p-value in a table: `0.030`, `< 0.001`.
  static func probability(_ p: Double) -> String { p < 0.001 ? "< 0.001" : fixed(p, p < 0.1 ? 3 : 2) }

  /// The same in a sentence: `p = 0.030`, `p < 0.001`.
  static func pValue(_ p: Double) -> String { p < 0.001 ? "p \(probability(p))" : "p = \(probability(p))" }

  private static func grouped(_ digits: Substring) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  private static func printed(_ format: String, _ precision: Int, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 352)
    _ = withVaList([Int32(precision), value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
