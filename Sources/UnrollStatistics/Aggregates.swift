import CUnroll

/// What several tasks say together of a model (Agarwal et al. 2021): a list of scores a task, one a seed, larger ones better.
public enum Aggregates {
  /// The mean of the middle half of all scores of all tasks.
  public static func interquartileMean(_ tasks: [[Double]]) -> Double {
    let sorted = tasks.joined().sorted()
    precondition(!sorted.isEmpty, "no mean of nothing")
    return unroll_trimmed_mean(sorted, sorted.count, 0.25)
  }

  /// How probable a seed of `a` is to be better than one of `b`, a tie counting half: U / (n m), averaged over the tasks.
  public static func probabilityOfImprovement(_ a: [[Double]], over b: [[Double]]) -> Double {
    precondition(a.count == b.count && !a.isEmpty, "both models have the same tasks")
    let shares = zip(a, b).map { RankTests.wins($0, over: $1) / Double($0.count * $1.count) }
    return Statistics.mean(shares)
  }

  /// A 95 % interval of a statistic over other seeds on the same tasks: between percentiles of what it is when seeds are drawn again,
  /// as many of each list as it has.
  public static func interval(
    of lists: [[Double]], resamples: Int, using random: inout some RandomNumberGenerator,
    _ statistic: ([[Double]]) -> Double
  ) -> ClosedRange<Double> {
    precondition(lists.allSatisfy { !$0.isEmpty }, "seeds are drawn from some")
    var drawn = lists
    return Statistics.bootstrap(resamples) {
      for (list, seeds) in lists.enumerated() {
        for place in seeds.indices { drawn[list][place] = seeds[Int.random(in: seeds.indices, using: &random)] }
      }
      return statistic(drawn)
    }
  }
}
