/// A figure that says how good a model is.
public struct Metric: Equatable, Sendable {
  /// How a value is shown.
  public enum Unit: String, Codable, Sendable {
    /// A fraction, shown times 100.
    case percent
    case plain
  }

  /// As in records.
  public let name: String
  public let higherIsBetter: Bool
  public let unit: Unit

  public init(_ name: String, higherIsBetter: Bool, _ unit: Unit) {
    self.name = name
    self.higherIsBetter = higherIsBetter
    self.unit = unit
  }

  /// Whether `new` is better than `old`; anything is better than nothing or NaN.
  public func isBetter(_ new: Double, than old: Double?) -> Bool {
    guard let old, !old.isNaN else { return !new.isNaN }
    return higherIsBetter ? new > old : new < old
  }

  public static let accuracy = Metric("accuracy", higherIsBetter: true, .percent)
  public static let macroF1 = Metric("macro-f1", higherIsBetter: true, .percent)
  public static let unseenAccuracy = Metric("unseen-accuracy", higherIsBetter: true, .percent)
  public static let sequenceAccuracy = Metric("sequence-accuracy", higherIsBetter: true, .percent)
  public static let spanF1 = Metric("span-f1", higherIsBetter: true, .percent)
  public static let spanPrecision = Metric("span-precision", higherIsBetter: true, .percent)
  public static let spanRecall = Metric("span-recall", higherIsBetter: true, .percent)
  public static let nats = Metric("nats-per-token", higherIsBetter: false, .plain)
  public static let perplexity = Metric("perplexity", higherIsBetter: false, .plain)
  public static let meanSquaredError = Metric("mean-squared-error", higherIsBetter: false, .plain)
  public static let meanAbsoluteError = Metric("mean-absolute-error", higherIsBetter: false, .plain)
  public static let natsPerStep = Metric("nats-per-step", higherIsBetter: false, .plain)
  public static let frameAccuracy = Metric("frame-accuracy", higherIsBetter: true, .percent)
  public static let bits = Metric("bits-per-character", higherIsBetter: false, .plain)
}

/// As metrics stand in records.
extension Metric: Codable {}
