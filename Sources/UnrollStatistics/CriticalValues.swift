/// The quantiles that comparisons of several means need, each worked out once.
///
/// Between whole degrees of freedom, and beyond 20 between those of printed tables (24, 30, 40, 60, 120, none), quantiles are
/// interpolated in 1/ν, in which they are nearly straight: from eight degrees on within 0.001 of the exact ones.
public final class CriticalValues {
  private enum Kind: Hashable {
    case range(groups: Int)
    case dunnett(counts: [Int], reference: Int)
  }

  private struct Key: Hashable {
    let kind: Kind
    let freedom: Double
  }

  private let probability: Double
  private var known: [Key: Double] = [:]

  /// - Parameter probability: that nothing lies beyond.
  public init(_ probability: Double) { self.probability = probability }

  /// Tukey's bound on a studentised difference of two of `groups` means: the range's quantile over √2.
  public func tukey(groups: Int, freedom: Double) -> Double {
    value(.range(groups: groups), freedom) {
      MultipleComparisons.studentisedRangeQuantile(self.probability, groups: groups, freedom: $0) / 2.squareRoot()
    }
  }

  /// Dunnett's one-sided bound on the studentised differences of means of so many values from one of `reference` values.
  public func dunnett(counts: [Int], reference: Int, freedom: Double) -> Double {
    let counts = counts.sorted()
    return value(.dunnett(counts: counts, reference: reference), freedom) {
      MultipleComparisons.dunnettQuantile(self.probability, counts: counts, reference: reference, freedom: $0)
    }
  }

  private func value(_ kind: Kind, _ freedom: Double, _ quantile: (Double) -> Double) -> Double {
    func at(_ freedom: Double) -> Double {
      let key = Key(kind: kind, freedom: freedom)
      if let value = known[key] { return value }
      known[key] = quantile(freedom)
      return known[key]!
    }
    let (below, above) = CriticalValues.neighbours(freedom)
    guard below < above else { return at(below) }
    let share = (1 / below - 1 / freedom) / (1 / below - 1 / above)
    return at(below) * (1 - share) + at(above) * share
  }

  private static let printed = [20, 24, 30, 40, 60, 120, .infinity]

  private static func neighbours(_ freedom: Double) -> (Double, Double) {
    guard freedom > 20 else { return (max(1, freedom.rounded(.down)), max(1, freedom.rounded(.up))) }
    let above = printed.first { $0 >= freedom }!
    return above == freedom ? (above, above) : (printed.last { $0 < freedom }!, above)
  }
}
