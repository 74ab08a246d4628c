import CUnroll

/// Two trained models on the same test items. What is told here holds for the two models on such items, not for two kinds of models:
/// those differ by their seeds, too.
public enum PairedItems {
  /// Two-sided p that both are right equally often (McNemar 1947, exact): items that both get right, or both wrong, say nothing.
  ///
  /// - Parameters:
  ///   - first: items that the first model alone gets right.
  ///   - second: items that the second model alone gets right.
  public static func mcNemar(_ first: Int, _ second: Int) -> Double {
    min(1, 2 * unroll_binomial(UInt32(min(first, second)), 0.5, UInt32(first + second)))
  }

  /// A 95 % interval of a statistic over other items: as many are drawn again.
  ///
  /// - Parameters:
  ///   - items: how many there are.
  ///   - resamples: how often they are drawn again.
  ///   - random: draws them.
  ///   - statistic: of how often each is drawn.
  public static func interval(
    of items: Int, resamples: Int, using random: inout some RandomNumberGenerator, _ statistic: ([Int]) -> Double
  ) -> ClosedRange<Double> {
    precondition(items > 0, "items are drawn from some")
    return Statistics.bootstrap(resamples) {
      var drawn = [Int](repeating: 0, count: items)
      for _ in 0..<items { drawn[Int.random(in: 0..<items, using: &random)] += 1 }
      return statistic(drawn)
    }
  }
}
