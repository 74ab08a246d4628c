/// Exact tests on ranks: ties share the mean of their ranks, and the distribution is that of these very ranks.
public enum RankTests {
  /// Two-sided p that differences of pairs lie about zero (Wilcoxon 1945). Those of zero are left out; 1 where no other is left.
  ///
  /// All 2ⁿ signs in O(n³): ranks are doubled to be whole, and sums of theirs are few.
  public static func signedRank(_ differences: [Double]) -> Double {
    let differences = differences.filter { $0 != 0 }
    let ranks = doubledRanks(differences.map(abs))
    var share = [Double](repeating: 0, count: ranks.reduce(1, +))
    share[0] = 1
    for rank in ranks {
      for sum in share.indices.reversed() { share[sum] = (share[sum] + (sum < rank ? 0 : share[sum - rank])) / 2 }
    }
    return twoSided(share, at: zip(differences, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) })
  }

  /// Two-sided p that two samples come from one distribution (Mann & Whitney 1947).
  ///
  /// All choices of n ranks of n + m in O(n (n + m)³).
  public static func mannWhitney(_ a: [Double], _ b: [Double]) -> Double {
    let ranks = doubledRanks(a + b)
    let none = [Double](repeating: 0, count: ranks.reduce(1, +))
    var ways = [[Double]](repeating: none, count: a.count + 1)
    ways[0][0] = 1
    for (place, rank) in ranks.enumerated() {
      for chosen in (0..<min(place + 1, a.count)).reversed() {
        for sum in rank..<none.count { ways[chosen + 1][sum] += ways[chosen][sum - rank] }
      }
    }
    return twoSided(ways[a.count], at: ranks.prefix(a.count).reduce(0, +))
  }

  /// In how many pairs the value of `a` is the larger, a tie counting half: U.
  public static func wins(_ a: [Double], over b: [Double]) -> Double {
    a.reduce(0) { sum, first in sum + b.reduce(0) { $0 + (first > $1 ? 1 : first == $1 ? 0.5 : 0) } }
  }

  /// p-values of several tests such that any is falsely small no more often than one by itself would be (Holm 1979).
  public static func holm(_ p: [Double]) -> [Double] {
    var (corrected, least) = (p, 0.0)
    for (place, test) in p.indices.sorted(by: { (p[$0], $0) < (p[$1], $1) }).enumerated() {
      least = max(least, min(1, Double(p.count - place) * p[test]))
      corrected[test] = least
    }
    return corrected
  }

  private static func doubledRanks(_ values: [Double]) -> [Int] {
    values.map { value in 1 + values.reduce(0) { $0 + ($1 < value ? 2 : $1 == value ? 1 : 0) } }
  }

  /// Twice the smaller tail of a distribution over sums.
  private static func twoSided(_ weights: [Double], at sum: Int) -> Double {
    let tails = [weights[...sum], weights[sum...]].map { $0.reduce(0, +) }
    return min(1, 2 * tails.min()! / weights.reduce(0, +))
  }
}
