import CLibrary
import UnrollCore

/// One axis with its range and ticks fixed here, so that gnuplot's versions cannot choose differently.
struct Axis: Equatable {
  let label: String
  let low: Double
  let high: Double
  let logarithmic: Bool
  /// What is larger is not drawn: it says nothing, and squares and ratios of it leave double precision.
  static let limit = 1e100

  /// Whether a value can be drawn.
  static func holds(_ value: Double) -> Bool { abs(value) <= limit }

  /// Where the ticks stand; nil for round numbers.
  private let marks: [Double]?
  /// What stands at them; empty for their numbers.
  private let names: [String]

  /// Holds all values that can be drawn with a margin; `bounds` are never passed by the margin. Ticks stand at `marks` where they are given.
  init(
    _ label: String, holding values: [Double], logarithmic: Bool = false, within bounds: ClosedRange<Double>? = nil,
    marks: [Double]? = nil
  ) {
    (self.label, self.marks, names) = (label, marks, [])
    let values = values.filter(Axis.holds)
    self.logarithmic = logarithmic && !values.isEmpty && values.allSatisfy { $0 >= 1 / Axis.limit }
    let (least, most) = (values.min() ?? 0, values.max() ?? 1)
    if self.logarithmic {
      let margin = max(1.05, pow(most / least, 0.06))
      (low, high) = (least / margin, most * margin)
    } else {
      let margin = most > least ? 0.06 * (most - least) : max(0.05 * abs(most), 1e-6)
      low = max(least - margin, bounds.map { min($0.lowerBound, least) } ?? -.infinity)
      high = min(most + margin, bounds.map { max($0.upperBound, most) } ?? .infinity)
    }
  }

  /// One name a row, the first on top at 0, the next at −1; of long ones the middle is left out.
  init(names: [String]) {
    let shown = names.map { $0.count > 44 ? $0.prefix(20) + "…" + $0.suffix(23) : $0 }
    (label, self.names, logarithmic) = ("", shown, false)
    marks = names.indices.map { -Double($0) }
    (low, high) = (0.5 - Double(names.count), 0.5)
  }

  /// One name a column, the first at 0, the next at 1; where they are too long to stand side by side, every second one, or fewer.
  init(_ label: String, columns names: [String]) {
    let step = max(1, (9 * names.map { $0.count + 1 }.reduce(0, +) + Panel.width - 1) / Panel.width)
    let shown = stride(from: 0, to: names.count, by: step)
    (self.label, logarithmic, self.names) = (label, false, shown.map { names[$0] })
    marks = shown.map { Double($0) }
    (low, high) = (-0.3, Double(names.count) - 0.7)
  }

  /// Where a value stands between the ends of the axis, 0 to 1.
  func place(_ value: Double) -> Double {
    let share = logarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
    return share.isFinite ? min(max(0, share), 1) : 0
  }

  /// What stands at a place between 0 and 1.
  func value(at place: Double) -> Double {
    logarithmic ? low * pow(high / low, place) : low + place * (high - low)
  }

  /// gnuplot's commands for the axis called `x` or `y`; `offset` moves its label.
  func commands(_ name: String, offset: String) -> [String] {
    let marks = ticks.map { "\(Gnuplot.quoted($0.text)) \(Digits.plain($0.value))" }.joined(separator: ", ")
    return [
      logarithmic ? "set logscale \(name)" : "unset logscale \(name)",
      "set \(name)range [\(Digits.plain(low)):\(Digits.plain(high))]",
      "set \(name)tics (\(marks))",
      "set \(name)label \(Gnuplot.quoted(label)) offset \(offset)",
    ]
  }

  var ticks: [(value: Double, text: String)] {
    let values = marks ?? (logarithmic ? logarithmicTicks : Axis.linearTicks(low, high))
    return names.isEmpty ? values.map { ($0, Digits.short($0)) } : Array(zip(values, names))
  }

  /// Multiples of 1, 2 or 5 times a power of ten, six or so of them.
  private static func linearTicks(_ low: Double, _ high: Double) -> [Double] {
    let rough = (high - low) / 8
    guard rough > 1 / limit else { return [low, high] }
    let unit = pow(10, floor(log10(rough)))
    let step = unit * ([1, 2, 5, 10].first { $0 * unit >= rough * 0.999 } ?? 10)
    let first = Int((low / step).rounded(.up))
    let last = Int((high / step).rounded(.down))
    // Divided by a whole number where the step is small, so that 0.3 is 0.3.
    return first > last
      ? [low, high] : (first...last).map { step < 1 ? Double($0) / (1 / step).rounded() : Double($0) * step }
  }

  /// Powers of ten, or with their doubles and fives when the axis spans few of them.
  private var logarithmicTicks: [Double] {
    let exponents = Int(floor(log10(low)))...Int(ceil(log10(high)))
    for factors in [[1.0], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]] {
      let ticks = exponents.flatMap { power in factors.map { $0 * pow(10, Double(power)) } }.filter {
        low <= $0 && $0 <= high
      }
      // Every second or third power over very many.
      if ticks.count >= 3 {
        return ticks.enumerated().filter { $0.offset % (ticks.count / 24 + 1) == 0 }.map(\.element)
      }
    }
    return Axis.linearTicks(low, high)
  }
}
