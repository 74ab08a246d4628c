import UnrollData
import UnrollTraining

/// Which candidates of a backend train to the end (`search: halving`): all begin, and after each rung the best third goes on from where it is.
///
/// Source: successive halving, Jamieson and Talwalkar 2016, with the rungs of Li et al. 2018 (Hyperband), η = 3. What is decided hangs on curves
/// alone, up to the rung: neither on the order of runs nor on how far anybody has trained them.
struct Halving {
  /// Of so many candidates one goes on.
  static let factor = 3

  /// Of each candidate the epochs after which it stopped; nil for those that are still in the race.
  let stopped: [Int?]
  /// The epochs of the first rung that not all of those have reached; nil where they train to the end.
  let open: Int?

  /// Epochs after which the best third goes on, and at last all epochs: as many rungs as leave a candidate, and an epoch. Nil for fewer than two.
  static func rungs(candidates: Int, epochs: Int) -> [Int]? {
    var divisors = [1]
    while divisors.last! * factor <= min(candidates, epochs) { divisors.append(divisors.last! * factor) }
    return divisors.count > 1 ? divisors.reversed().map { epochs / $0 } : nil
  }

  /// - Parameter candidates: in the order of the study, of equal ones the first goes on; nothing is decided before every run has reached the rung.
  init(_ candidates: [Selection.Candidate], _ search: RunRecord.Search, _ metric: Metric?) {
    var stopped = [Int?](repeating: nil, count: candidates.count)
    var racing = Array(candidates.indices)
    let isWhole = candidates.reduce(0) { $0 + $1.records.count } == search.runs
    var open: Int?
    for epochs in search.rungs.dropLast() {
      guard isWhole, racing.allSatisfy({ candidates[$0].records.allSatisfy { $0.hasReached(epochs) } }) else {
        open = epochs
        break
      }
      let ranked = Halving.ranked(racing, by: metric) { candidates[$0].mean($1, upTo: epochs) }
      for loser in ranked.dropFirst(max(1, racing.count / Halving.factor)) { stopped[loser] = epochs }
      racing.removeAll { stopped[$0] != nil }
    }
    (self.stopped, self.open) = (stopped, open)
  }

  /// The best first; those that lost a run last.
  private static func ranked(_ racing: [Int], by metric: Metric?, _ mean: (Int, Metric) -> Double?) -> [Int] {
    guard let metric else { return racing }
    let means = racing.map { (place: $0, mean: mean($0, metric)) }
    return means.sorted { a, b in
      if a.mean == b.mean { return a.place < b.place }
      return a.mean.map { metric.isBetter($0, than: b.mean) } ?? false
    }.map(\.place)
  }
}

extension RunRecord {
  /// Whether it has been trained so far, or will never be.
  func hasReached(_ epochs: Int) -> Bool { status != .stopped || trainedEpochs >= Double(epochs) }

  /// Up to the last evaluation.
  var trainedEpochs: Double { curve.last?.epoch ?? 0 }

  /// The development score of the best weights up to an epoch; nil where the run was lost before.
  func developmentScore(_ metric: Metric, upTo epochs: Int) -> Double? {
    guard let selecting, status == .finished || trainedEpochs >= Double(epochs) else { return nil }
    return bestPoint(selecting, upTo: epochs)?.development[metric.name]
  }

  /// As it was after so many epochs, when it has been trained for longer: what came then has no part in a search that stopped it.
  func stopped(after epochs: Int) -> RunRecord {
    guard status == .finished || trainedEpochs >= Double(epochs), let selecting else { return self }
    var record = self
    (record.status, record.failure) = (.stopped, nil)
    (record.items, record.confusion, record.spans, record.calibration) = (nil, nil, nil, nil)
    (record.breakdowns, record.measurements, record.diagnosis) = (nil, nil, nil)
    record.curve.removeAll { $0.epoch > Double(epochs) }
    let best = bestPoint(selecting, upTo: epochs)
    record.bestEpoch = best?.epoch
    record.scores = best.map { [.development: $0.development] } ?? [:]
    return record
  }

  private func bestPoint(_ metric: Metric, upTo epochs: Int) -> CurvePoint? {
    func score(_ point: CurvePoint?) -> Double? { point?.development[metric.name] }
    return curve.prefix { $0.epoch <= Double(epochs) }.reduce(nil) { best, point in
      metric.isBetter(score(point) ?? .nan, than: score(best)) ? point : best
    }
  }
}
