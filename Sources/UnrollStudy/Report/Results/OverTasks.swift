import UnrollCore
import UnrollStatistics
import UnrollTraining

/// What all tasks of a study say together of its backends. Tasks that are one at several values of options of the data count once.
struct OverTasks {
  /// On how many tasks one backend wins from another.
  struct Tally: Equatable {
    var wins = 0, ties = 0, losses = 0
    /// Where one of the two broke or is unstable, or nothing is judged.
    var unjudged = 0

    mutating func add(_ other: Tally) {
      wins += other.wins
      ties += other.ties
      losses += other.losses
      unjudged += other.unjudged
    }
  }

  /// One backend on a scale on which 0 is a task's baseline and 1 its best mean.
  struct Scaled {
    let backend: String
    /// A list a task, a value a seed.
    let scores: [[Double]]

    var interquartileMean: Double { Aggregates.interquartileMean(scores) }
    var fewestSeeds: Int { scores.map(\.count).min() ?? 0 }
  }

  /// Lists of tasks that count once.
  let tasks: [[TaskResults]]
  /// Those with scores on every task, in the study's order.
  let backends: [String]
  /// Those without.
  let left: [String]
  /// Those of `backends` that lost no run, highest interquartile mean first.
  let scaled: [Scaled]
  /// Tasks without such a scale: no mean is better than the baseline.
  let unscaled: [TaskResults]

  /// Nil with fewer than two tasks, or than two backends that have scores on all of them.
  init?(_ study: StudyResults) {
    let scored = study.tasks.filter { $0.rankings.first?.standings.isEmpty == false }
    let isEverywhere = study.backends.map { name in scored.allSatisfy { $0.standing(name) != nil } }
    backends = zip(study.backends, isEverywhere).filter(\.1).map(\.0)
    left = zip(study.backends, isEverywhere).filter { !$0.1 }.map(\.0)
    tasks = OverTasks.independent(scored, TaskFamily.all(study))
    guard tasks.count > 1, backends.count > 1 else { return nil }
    unscaled = scored.filter { $0.scale == nil }
    let kept = tasks.map { $0.filter { $0.scale != nil } }.filter { !$0.isEmpty }
    let scaled = backends.compactMap { OverTasks.scaled($0, kept) }.map { ($0.interquartileMean, $0) }
    self.scaled = scaled.enumerated()
      .sorted { ($1.element.0, $0.offset) < ($0.element.0, $1.offset) }.map(\.element.1)
  }

  /// The highest interquartile mean.
  var leader: Scaled? { scaled.first }

  func tally(_ a: String, _ b: String) -> Tally {
    tasks.reduce(into: Tally()) { tally, members in
      let orders = members.compactMap { $0.rankings[0].order(a, b) }
      // Of tasks that count once, those decide that tell the two apart.
      let sum = orders.reduce(0, +)
      let kind: WritableKeyPath<Tally, Int> =
        orders.isEmpty ? \.unjudged : sum > 0 ? \.wins : sum < 0 ? \.losses : \.ties
      tally[keyPath: kind] += 1
    }
  }

  /// Against all others.
  func tally(_ backend: String) -> Tally {
    backends.filter { $0 != backend }.reduce(into: Tally()) { $0.add(tally(backend, $1)) }
  }

  /// Tasks from which a signed-rank test can reach 5 %.
  static let fewestForTest = 6

  /// Wilcoxon's p of the leader against each other backend by its name, corrected after Holm for all pairs of backends, since the leader is picked
  /// after looking; nil with too few tasks.
  var significance: [String: Double]? {
    guard let count = leader?.scores.count, count >= OverTasks.fewestForTest, scaled.count > 1 else { return nil }
    let means = scaled.map { $0.scores.map(Statistics.mean) }
    let pairs = means.indices.flatMap { first in (first + 1..<means.count).map { (first, $0) } }
    let p = RankTests.holm(pairs.map { a, b in RankTests.signedRank(zip(means[a], means[b]).map { $0 - $1 }) })
    return Dictionary(
      uniqueKeysWithValues: zip(pairs, p).filter { $0.0.0 == 0 }.map { (scaled[$0.0.1].backend, $0.1) })
  }

  /// Tasks, those that families join together.
  static func independent(_ tasks: [TaskResults], _ families: [TaskFamily]) -> [[TaskResults]] {
    families.map { Set($0.members.map(\.task.name)) }.reduce(tasks.map { [$0] }) { lists, family in
      let isOfIt = lists.map { $0.contains { family.contains($0.name) } }
      guard let first = isOfIt.firstIndex(of: true) else { return lists }
      let joined = zip(lists, isOfIt).filter(\.1).flatMap(\.0)
      return lists.indices.compactMap { $0 == first ? joined : isOfIt[$0] ? nil : lists[$0] }
    }
  }

  /// Of tasks that count once the mean of a seed's scores. Nil where a run was lost: what is left would flatter.
  private static func scaled(_ backend: String, _ tasks: [[TaskResults]]) -> Scaled? {
    let scores = tasks.map { members -> [Double] in
      let bySeed = members.map { $0.scaled(backend) }
      let seeds = bySeed[0].keys.filter { seed in bySeed.allSatisfy { $0[seed] != nil } }.sorted()
      return seeds.map { seed in Statistics.mean(bySeed.map { $0[seed]! }) }
    }
    let lost = tasks.joined().contains { $0.standing(backend)?.backend.lost.isEmpty != true }
    return lost || scores.isEmpty || scores.contains(where: \.isEmpty)
      ? nil : Scaled(backend: backend, scores: scores)
  }
}

extension TaskResults {
  fileprivate func standing(_ backend: String) -> Standing? {
    rankings.first?.standings.first { $0.backend.name == backend }
  }

  /// The baseline, and how far the best mean is from it.
  fileprivate var scale: (zero: Double, unit: Double)? {
    guard let ranking = rankings.first, let baseline = ranking.baseline?.mean, let best = ranking.best?.sample.mean,
      ranking.metric.isBetter(best, than: baseline)
    else { return nil }
    return (baseline, best - baseline)
  }

  /// (score − baseline) / (best − baseline) by seed.
  fileprivate func scaled(_ backend: String) -> [Int: Double] {
    guard let scale, let standing = self.standing(backend), let metric = primary else { return [:] }
    let scores = standing.backend.finished.compactMap { record in
      record.testScore(metric).map { (record.cell.seed, ($0 - scale.zero) / scale.unit) }
    }
    return Dictionary(scores) { first, _ in first }
  }
}
