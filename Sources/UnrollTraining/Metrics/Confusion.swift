/// Which classes a model takes for which on a split: of each how often it was true, predicted and both, and the pairs that were confused most
/// often. Counted in memory linear in targets and classes, so that thousands of classes are no problem.
public struct Confusion: Equatable, Sendable {
  /// A class that was taken for another.
  public struct Pair: Equatable, Sendable {
    /// Indices of `names`.
    public let truth, predicted: Int
    /// Targets of which this holds.
    public let count: Int
  }

  /// The classes that were true most often (of equal ones the first), in the order of their ids.
  public let names: [String]
  /// By class: how often it was true.
  public let truths: [Int]
  /// By class: how often it was predicted.
  public let predictions: [Int]
  /// By class: how often it was predicted and true.
  public let hits: [Int]
  /// Wrong pairs of these classes, the most frequent first.
  public let pairs: [Pair]

  /// What a record has room for.
  static let (mostClasses, mostPairs) = (60, 60)

  /// - Parameters:
  ///   - predictions: classes, of one split.
  ///   - names: by class.
  public init(_ predictions: Predictions, names: [String]) {
    var truths = [Int](repeating: 0, count: names.count)
    var (said, correct) = (truths, truths)
    var wrong: [UInt64] = []
    predictions.each { _, truth, predicted in
      truths[Int(truth)] += 1
      said[Int(predicted)] += 1
      if truth == predicted { correct[Int(truth)] += 1 } else { wrong.append(UInt64(truth) << 32 | UInt64(predicted)) }
    }
    let kept = truths.indices.sorted { (truths[$0], $1) > (truths[$1], $0) }.prefix(Confusion.mostClasses).sorted()
    let index = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    self.names = kept.map { names[$0] }
    (self.truths, self.predictions, self.hits) = (
      kept.map { truths[$0] }, kept.map { said[$0] }, kept.map { correct[$0] }
    )
    wrong.sort()
    var pairs: [Pair] = []
    var start = 0
    while start < wrong.count {
      let end = wrong[start...].firstIndex { $0 != wrong[start] } ?? wrong.count
      let (truth, predicted) = (Int(wrong[start] >> 32), Int(wrong[start] & 0xffff_ffff))
      if let truth = index[truth], let predicted = index[predicted] {
        pairs.append(Pair(truth: truth, predicted: predicted, count: end - start))
      }
      start = end
    }
    // A stable order: pairs of equal counts as their classes stand.
    self.pairs = Array(
      pairs.enumerated().sorted { ($0.element.count, $1.offset) > ($1.element.count, $0.offset) }.map(\.element)
        .prefix(Confusion.mostPairs))
  }
}

/// In a record: `{"hits": [9, 4], "names": ["A", "B"], "pairs": [[0, 1, 3]], "predictions": …, "truths": …}`, pairs as truth, predicted, count.
extension Confusion: Codable {
  private enum Key: CodingKey { case hits, names, pairs, predictions, truths }

  public init(from decoder: any Decoder) throws {
    let table = try decoder.container(keyedBy: Key.self)
    names = try table.decode([String].self, forKey: .names)
    truths = try table.decode([Int].self, forKey: .truths)
    predictions = try table.decode([Int].self, forKey: .predictions)
    hits = try table.decode([Int].self, forKey: .hits)
    let triples = try table.decode([[Int]].self, forKey: .pairs)
    let classes = names.indices
    guard [truths, predictions, hits].allSatisfy({ $0.count == classes.count && $0.allSatisfy { $0 >= 0 } }),
      triples.allSatisfy({ $0.count == 3 && classes.contains($0[0]) && classes.contains($0[1]) && $0[2] > 0 })
    else { throw DecodingError.dataCorruptedError(forKey: .pairs, in: table, debugDescription: "not of these classes") }
    pairs = triples.map { Pair(truth: $0[0], predicted: $0[1], count: $0[2]) }
  }

  public func encode(to encoder: any Encoder) throws {
    var table = encoder.container(keyedBy: Key.self)
    try table.encode(names, forKey: .names)
    try table.encode(truths, forKey: .truths)
    try table.encode(predictions, forKey: .predictions)
    try table.encode(hits, forKey: .hits)
    try table.encode(pairs.map { [$0.truth, $0.predicted, $0.count] }, forKey: .pairs)
  }
}
