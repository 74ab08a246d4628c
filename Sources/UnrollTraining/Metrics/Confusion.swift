/// Counts of (true class, predicted class) pairs.
public struct Confusion: Sendable {
  public let classes: Int
  private var counts: [Int]

  public init(classes: Int) {
    self.classes = classes
    counts = [Int](repeating: 0, count: classes * classes)
  }

  public mutating func add(truth: Int32, predicted: Int32) { counts[Int(truth) * classes + Int(predicted)] += 1 }

  public var total: Int { counts.reduce(0, +) }

  /// Correct predictions / all, or NaN when there is none.
  public var accuracy: Double {
    Double((0..<classes).reduce(0) { $0 + counts[$1 * classes + $1] }) / Double(total)
  }

  /// Mean over classes of F1 = 2 tp / (2 tp + fp + fn); classes that are neither true nor predicted anywhere do not count (as
  /// in scikit-learn).
  public var macroF1: Double {
    let scores = (0..<classes).compactMap { k -> Double? in
      let truths = (0..<classes).reduce(0) { $0 + counts[k * classes + $1] }
      let predictions = (0..<classes).reduce(0) { $0 + counts[$1 * classes + k] }
      return truths + predictions == 0 ? nil : 2 * Double(counts[k * classes + k]) / Double(truths + predictions)
    }
    return scores.reduce(0, +) / Double(scores.count)
  }
}
