/// Of every class how often it was true, predicted, and both: what accuracy and F1 need, in memory linear in the classes.
public struct ClassCounts: Sendable {
  private var truths: [Int]
  private var predictions: [Int]
  private var hits: [Int]
  /// Cases so far.
  public private(set) var total = 0

  /// No case yet; memory for three numbers a class.
  public init(classes: Int) {
    truths = [Int](repeating: 0, count: classes)
    (predictions, hits) = (truths, truths)
  }

  /// One case; both are classes from 0.
  public mutating func add(truth: Int32, predicted: Int32) {
    truths[Int(truth)] += 1
    predictions[Int(predicted)] += 1
    if truth == predicted { hits[Int(truth)] += 1 }
    total += 1
  }

  /// Correct predictions / all, or NaN when there is none.
  public var accuracy: Double { Double(hits.reduce(0, +)) / Double(total) }

  /// Mean over classes of F1 = 2 tp / (2 tp + fp + fn); classes that are neither true nor predicted anywhere do not count (as
  /// in scikit-learn).
  public var macroF1: Double {
    let scores = truths.indices.compactMap { k -> Double? in
      let cases = truths[k] + predictions[k]
      return cases == 0 ? nil : 2 * Double(hits[k]) / Double(cases)
    }
    return scores.reduce(0, +) / Double(scores.count)
  }
}
