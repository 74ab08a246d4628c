import UnrollData

/// A score of a split by what its targets are like: bins of targets, such as those of rare words.
public struct Breakdown: Equatable, Sendable {
  /// What the bins tell apart.
  public let name: String
  /// What a sum over its weight is.
  public let metric: Metric
  /// Of every bin that has a target, by rising values: `5–16`, `65+`.
  public let labels: [String]
  /// Targets.
  public let weights: [Int]
  /// Targets that were predicted right, or the sum of their losses to a hundredth.
  public let sums: [Double]

  /// The score of a bin.
  public func score(_ bin: Int) -> Double { sums[bin] / Double(weights[bin]) }
}

extension Breakdown {
  /// Every way to tell targets apart. To add one: a line, with a function that gives every target its value.
  private static let kinds = [
    Kind("tokens of the sequence", Bins(upTo: 1, times: 2), \.lengths, exactWhereFew: true),
    Kind("occurrences of the token in training", Bins(0, upTo: 1, times: 4), \.frequencies),
    Kind("tokens since the target last stood", Bins(upTo: 1, times: 2), \.distances),
  ]

  /// The same of texts that a decoder wrote, which are right as wholes or not at all.
  private static let kindsOfTexts = [
    Kind("tokens of the target", Bins(upTo: 1, times: 2), \.textLengths, exactWhereFew: true),
    Kind("tokens of the source", Bins(upTo: 1, times: 2), \.sourceLengths, exactWhereFew: true),
  ]

  private struct Kind: Sendable {
    let name: String
    let bins: Bins
    let values: @Sendable (TargetValues) -> [Int?]?
    /// Whether a few different values have a bin each: lengths that a model is tested on to see how far it generalises.
    let exactWhereFew: Bool

    init(
      _ name: String, _ bins: Bins, _ values: @escaping @Sendable (TargetValues) -> [Int?]?,
      exactWhereFew: Bool = false
    ) {
      (self.name, self.bins, self.values, self.exactWhereFew) = (name, bins, values, exactWhereFew)
    }
  }

  /// Breakdowns that have two bins at least, on the test split of the data that were predicted.
  ///
  /// - Parameters:
  ///   - predictions: of the test split.
  ///   - data: those that were predicted.
  ///   - metrics: of the task; none of these gives no breakdown: right or wrong, nats of a token, nats of a step.
  public static func all(_ predictions: Predictions, _ data: EncodedData, _ metrics: [Metric]) -> [Breakdown] {
    let isOfTexts = metrics.contains(.exactMatch) && !predictions.texts.isEmpty
    let known: [Metric] = isOfTexts ? [.exactMatch] : [.accuracy, .nats, .natsPerStep]
    guard let metric = known.first(where: metrics.contains) else { return [] }
    let values = TargetValues(data: data, targets: predictions.targets)
    return (isOfTexts ? kindsOfTexts : kinds).compactMap { kind in
      kind.values(values).map { values in
        let bins = (kind.exactWhereFew ? Bins(exactly: values) : nil) ?? kind.bins
        return Breakdown(kind.name, bins, values, metric, predictions)
      }
    }.filter { $0.labels.count > 1 }
  }

  /// - Parameter values: of every target, of texts of every item; nil of those that stand in no bin.
  private init(_ name: String, _ bins: Bins, _ values: [Int?], _ metric: Metric, _ predictions: Predictions) {
    var weights = [Int](repeating: 0, count: bins.count)
    var sums = [Double](repeating: 0, count: bins.count)
    for (position, value) in values.enumerated() {
      let isRight = metric == .exactMatch ? predictions.isExact(position) : predictions.isRight(position)
      guard let value, let isRight else { continue }
      let bin = bins.bin(value)
      weights[bin] += 1
      sums[bin] += [.accuracy, .exactMatch].contains(metric) ? (isRight ? 1 : 0) : Double(predictions.losses[position])
    }
    let kept = weights.indices.filter { weights[$0] > 0 }
    (self.name, self.metric, labels) = (name, metric, kept.map(bins.label))
    (self.weights, self.sums) = (kept.map { weights[$0] }, kept.map { (sums[$0] * 100).rounded() / 100 })
  }
}

/// Bins of whole numbers, whose widths grow as the numbers do.
struct Bins: Sendable {
  /// The largest value of each; what is larger has a bin of its own, and so has `never`.
  private let ends: [Int]
  /// Whether a bin has its end alone.
  private let isExact: Bool
  /// Stands for what has not been before.
  static let never = Int.max
  private static let largest = 1 << 16

  /// - Parameters:
  ///   - alone: values below `first`, each by itself.
  ///   - first: the end of the first bin, which grows by `factor` from bin to bin.
  init(_ alone: Int..., upTo first: Int, times factor: Int) {
    var ends = alone + [first]
    while ends[ends.count - 1] < Bins.largest { ends.append(ends[ends.count - 1] * factor) }
    (self.ends, isExact) = (ends, false)
  }

  /// One for every value; nil where there are more than `mostExact`.
  init?(exactly values: [Int?]) {
    let distinct = Set(values.compactMap(\.self))
    guard distinct.count <= Bins.mostExact else { return nil }
    (ends, isExact) = (distinct.sorted(), true)
  }

  private static let mostExact = 12

  var count: Int { ends.count + 2 }

  func bin(_ value: Int) -> Int {
    value == Bins.never ? ends.count + 1 : ends.firstIndex { value <= $0 } ?? ends.count
  }

  func label(_ bin: Int) -> String {
    guard bin < ends.count else { return bin == ends.count ? "\(ends[bin - 1] + 1)+" : "never" }
    let start = bin == 0 || isExact ? ends[bin] : ends[bin - 1] + 1
    return start >= ends[bin] ? "\(ends[bin])" : "\(start)–\(ends[bin])"
  }
}

/// What is known of the targets of the test split, in their order; nil where the data do not have it.
private struct TargetValues {
  let data: EncodedData
  let targets: Targets

  /// How many tokens the sequence has in which the target stands.
  var lengths: [Int?]? {
    guard case .sequences(let splits) = data.corpus else { return nil }
    return zip(splits.test, targets.items).flatMap { sequence, item in
      item.map { _ -> Int? in sequence.tokens.count }
    }
  }

  /// Of every text that is asked for, how many tokens it has without its end, and how many its source has.
  var textLengths: [Int?]? {
    guard case .sequences(let splits) = data.corpus else { return nil }
    return splits.test.map { $0.labels.count - 1 }
  }
  var sourceLengths: [Int?]? {
    guard case .sequences(let splits) = data.corpus else { return nil }
    return splits.test.map(\.source.count)
  }

  /// How often training has the token that is labelled, or that is to be predicted; nil of words that the vocabulary was cut of, since it
  /// knows no more of them.
  var frequencies: [Int?]? {
    let counts = (data.targetVocabulary ?? data.vocabulary).counts
    switch data.corpus {
    case .sequences where data.targetVocabulary != nil:
      return targets.classes.map { $0 == Vocabulary.unknownID ? nil : counts[Int($0)] }
    case .stream: return targets.classes.map { $0 == Targets.notAsked ? nil : counts[Int($0)] }
    case .sequences(let splits):
      let tokens = splits.test.flatMap { zip($0.tokens, $0.seen) }
      guard data.scales == nil, tokens.count == targets.count else { return nil }
      return tokens.map { !$1 ? 0 : $0 == Vocabulary.unknownID ? nil : counts[Int($0)] }
    }
  }

  /// How many tokens before it the same token stood in the split.
  var distances: [Int?]? {
    guard case .stream(let splits) = data.corpus else { return nil }
    var last: [Int32: Int] = [:]
    let distances = splits.test.enumerated().map { place, token in
      last.updateValue(place, forKey: token).map { place - $0 } ?? Bins.never
    }
    return Array(distances.dropFirst())
  }
}

/// In a record: `{"labels": ["0", "1", "2–4"], "metric": …, "name": …, "sums": [3, 1, 9], "weights": [5, 2, 9]}`.
extension Breakdown: Codable {
  public init(from decoder: any Decoder) throws {
    let table = try decoder.container(keyedBy: CodingKeys.self)
    name = try table.decode(String.self, forKey: .name)
    metric = try table.decode(Metric.self, forKey: .metric)
    labels = try table.decode([String].self, forKey: .labels)
    weights = try table.decode([Int].self, forKey: .weights)
    sums = try table.decode([Double].self, forKey: .sums)
    guard [weights.count, sums.count].allSatisfy({ $0 == labels.count }), Set(labels).count == labels.count,
      weights.allSatisfy({ $0 > 0 }), sums.allSatisfy(\.isFinite)
    else { throw DecodingError.dataCorruptedError(forKey: .weights, in: table, debugDescription: "no breakdown") }
  }
}
