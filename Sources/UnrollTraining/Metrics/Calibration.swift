/// How sure a model was of what it predicted beside how often it was right: targets by the probability of the predicted class, in bins
/// of equal width that are open below and closed above (Guo et al. 2017).
public struct Calibration: Equatable, Sendable {
  /// As many as Guo et al. (2017) have.
  public static let bins = 15

  /// Targets of every bin.
  public private(set) var counts = [Int](repeating: 0, count: Calibration.bins)
  /// How many of them were predicted right.
  public private(set) var right = [Int](repeating: 0, count: Calibration.bins)
  /// The sum of their probabilities, to a ten-thousandth.
  public private(set) var confidences = [Double](repeating: 0, count: Calibration.bins)

  /// Nil where nobody said how sure he was.
  public init?(_ predictions: Predictions) {
    guard !predictions.confidences.isEmpty else { return nil }
    var targets: [(Float, Bool)] = []
    predictions.each { targets.append((predictions.confidences[$0], $1 == $2)) }
    self.init(targets)
  }

  /// Of every target the probability of the class that was predicted, and whether that was right.
  init(_ targets: some Sequence<(Float, Bool)>) {
    for (confidence, isRight) in targets {
      let bin = Int((Double(confidence) * Double(Calibration.bins)).rounded(.up)) - 1
      let inside = min(max(0, bin), Calibration.bins - 1)
      counts[inside] += 1
      right[inside] += isRight ? 1 : 0
      confidences[inside] += Double(confidence)
    }
    confidences = confidences.map { ($0 * 1e4).rounded() / 1e4 }
  }

  /// Adds the bins of another model's targets, or of another seed's.
  public static func += (left: inout Calibration, other: Calibration) {
    for bin in 0..<bins {
      left.counts[bin] += other.counts[bin]
      left.right[bin] += other.right[bin]
      left.confidences[bin] += other.confidences[bin]
    }
  }

  /// Targets of all bins.
  public var count: Int { counts.reduce(0, +) }

  /// Share of targets that were predicted right; 0 of none.
  public var accuracy: Double { Double(right.reduce(0, +)) / Double(max(1, count)) }

  /// Mean probability of the class that was predicted; 0 of none.
  public var meanConfidence: Double { confidences.reduce(0, +) / Double(max(1, count)) }

  /// The expected calibration error Σ n_b/N |right_b/n_b − confidence_b/n_b|: 0 of a model that is right as often as it says (Naeini et
  /// al. 2015).
  public var expectedError: Double {
    zip(right, confidences).reduce(0) { $0 + abs(Double($1.0) - $1.1) } / Double(max(1, count))
  }
}

/// In a record: `{"confidences": [0, 0.1432, …], "counts": [0, 1, …], "right": [0, 0, …]}`.
extension Calibration: Codable {
  public init(from decoder: any Decoder) throws {
    let table = try decoder.container(keyedBy: CodingKeys.self)
    counts = try table.decode([Int].self, forKey: .counts)
    right = try table.decode([Int].self, forKey: .right)
    confidences = try table.decode([Double].self, forKey: .confidences)
    let isWhole = [counts.count, right.count, confidences.count].allSatisfy { $0 == Calibration.bins }
    guard isWhole, counts.allSatisfy({ $0 < 1 << 48 }), zip(right, counts).allSatisfy({ 0 <= $0 && $0 <= $1 }),
      zip(confidences, counts).allSatisfy({ 0 <= $0 && $0 <= Double($1) + 1e-4 })
    else {
      throw DecodingError.dataCorruptedError(forKey: .counts, in: table, debugDescription: "no bins of a calibration")
    }
  }
}
