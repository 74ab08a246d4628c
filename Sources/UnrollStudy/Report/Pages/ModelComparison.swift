import UnrollCore
import UnrollData
import UnrollStatistics
import UnrollTraining

/// Two trained models side by side on the same test items: how far apart their scores are, and whether other items would say so too.
public struct ModelComparison {
  /// One of the two.
  public struct Side {
    let name: String
    let model: ModelFile
    let evaluation: Evaluation
    fileprivate let items: ItemScores

    /// - Parameters:
    ///   - model: that was scored.
    ///   - evaluation: its scores and predictions.
    ///   - name: what it is called, for example its file.
    public init(_ model: ModelFile, _ evaluation: Evaluation, name: String) {
      (self.name, self.model, self.evaluation, items) = (name, model, evaluation, evaluation.predictions.items())
    }

    /// The class that is true of every target, by its name; none of numbers.
    private var truths: [String] {
      let targets = evaluation.predictions.targets
      let names = model.data.labels.count > 0 ? model.data.labels.names : model.data.vocabulary?.tokens ?? []
      return targets.classes.map { names.indices.contains(Int($0)) ? names[Int($0)] : "\($0)" }
    }

    /// The numbers that are true, as another model's scales have them: two models may have been trained on data of different size.
    private func numbers(_ scales: [SeriesScales.Column]) -> [Float] {
      let (numbers, own) = (evaluation.predictions.targets.numbers, model.data.scales?.targets ?? [])
      guard !own.isEmpty, own.count == scales.count else { return numbers }
      return numbers.enumerated().map { scales[$0 % own.count].scaled(own[$0 % own.count].restored(Double($1))) }
    }

    fileprivate func isAskedTheSame(as other: Side) -> Bool {
      let scales = model.data.scales?.targets ?? []
      let (own, theirs) = (numbers(scales), other.numbers(scales))
      return model.task == other.model.task && items.weights == other.items.weights && truths == other.truths
        && own.count == theirs.count
        && zip(own, theirs).allSatisfy { abs($0 - $1) < 1e-3 || $0.isNaN && $1.isNaN }
    }
  }

  private static let (resamples, draws) = (10_000, 50_000_000)
  private let (first, second): (Side, Side)

  /// - Throws: `InputError` where the two were not asked the same.
  public init(_ first: Side, _ second: Side) throws {
    (self.first, self.second) = (first, second)
    guard first.isAskedTheSame(as: second) else {
      throw InputError(
        "the two models were not asked the same: \(first.name) does \(first.model.task) with "
          + "\(first.evaluation.predictions.targets.count.counted("test target")), \(second.name) \(second.model.task) with "
          + "\(second.evaluation.predictions.targets.count.counted("test target")), or their data, labels or vocabularies differ"
      )
    }
  }

  /// Of the items that count.
  private var places: [Int] { first.items.weights.indices.filter { first.items.weights[$0] > 0 } }

  /// As Markdown. The same models give the same text.
  public var text: String {
    let names = [first, second].map { Markdown.escape($0.name) }
    var table = MarkdownTable(
      [("metric", .left)] + names.map { ($0, .right) } + [("difference", .right), ("95 % over other items", .right)])
    for metric in first.model.metrics {
      guard let a = first.evaluation.scores[metric.name], let b = second.evaluation.scores[metric.name] else {
        continue
      }
      let words = ScoreText(metric, [a, b].compactMap { Sample([$0]) })
      let reach = interval(metric).map { "\(words.difference($0.lowerBound)) to \(words.difference($0.upperBound))" }
      table.add(["\(metric.heading)", words.number(a), words.number(b), words.difference(a - b), reach ?? "–"])
    }
    let blocks: [Block] = [
      .heading(1, names.joined(separator: " and ")),
      .paragraph(
        "Both on \(Markdown.count(places.count, "test item")); differences are the first minus the second.\(hits)"),
      .table(table),
      .paragraph(
        "*Intervals are percentiles over items drawn again, the same ones for both; there is none where a metric is no sum over items. "
          + "All of this is about these two trained models. Whether one kind of model is better than the other is a question for several seeds of each: "
          + "`unroll run` and its report.*"),
    ]
    return blocks.map { $0.markdown { _ in "" } }.joined(separator: "\n\n") + "\n"
  }

  /// McNemar's test over items that are wholly right; nothing where there is none, as of numbers and of blocks of running text.
  private var hits: String {
    guard first.model.data.labels.count > 0, let a = first.items.right, let b = second.items.right else { return "" }
    func isRight(_ right: [Int], _ place: Int) -> Bool { right[place] == first.items.weights[place] }
    let alone = places.count { isRight(a, $0) && !isRight(b, $0) }
    let other = places.count { !isRight(a, $0) && isRight(b, $0) }
    let p = Digits.pValue(PairedItems.mcNemar(alone, other))
    return
      " The first alone is wholly right on \(Digits.whole(alone)) of them, the second alone on \(Digits.whole(other)) (McNemar's exact test: \(p))."
  }

  /// Of the difference; nil where the metric is no sum over items.
  private func interval(_ metric: Metric) -> ClosedRange<Double>? {
    func score(_ side: Side) -> (([Int]) -> Double)? {
      side.evaluation.scores[metric.name].flatMap { metric.resampled(side.items, score: $0) }
    }
    let (count, columns) = (places.count, first.evaluation.predictions.targets.width)
    guard count > 1, metric.isSum(columns: columns), let a = score(first), let b = score(second) else { return nil }
    var random = RandomSource(seed: 1)
    return PairedItems.interval(
      of: count, resamples: max(1000, min(ModelComparison.resamples, ModelComparison.draws / count)), using: &random
    ) { a($0) - b($0) }
  }
}
