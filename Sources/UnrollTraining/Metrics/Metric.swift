/// A figure that says how good a model is.
public struct Metric: Equatable, Sendable {
  /// How a value is shown.
  public enum Unit: String, Codable, Sendable {
    /// A fraction, shown times 100.
    case percent
    /// The number itself: nats, bits, squares.
    case plain
  }

  /// As in records.
  public let name: String
  /// Whether more of it is better.
  public let higherIsBetter: Bool
  /// How a value is shown.
  public let unit: Unit

  /// A metric of your own task; records tell metrics apart by their names.
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

  /// Share of targets that are right.
  public static let accuracy = Metric("accuracy", higherIsBetter: true, .percent)
  /// Mean over the classes of their F1, those that neither stand in the data nor are predicted left out.
  public static let macroF1 = Metric("macro-f1", higherIsBetter: true, .percent)
  /// Share of right targets among words that training has not seen.
  public static let unseenAccuracy = Metric("unseen-accuracy", higherIsBetter: true, .percent)
  /// Share of sequences of which every target is right.
  public static let sequenceAccuracy = Metric("sequence-accuracy", higherIsBetter: true, .percent)
  /// Harmonic mean of `spanPrecision` and `spanRecall`, over all types together.
  public static let spanF1 = Metric("span-f1", higherIsBetter: true, .percent)
  /// Share of predicted spans that are there: type, first and last token.
  public static let spanPrecision = Metric("span-precision", higherIsBetter: true, .percent)
  /// Share of spans that are predicted.
  public static let spanRecall = Metric("span-recall", higherIsBetter: true, .percent)
  /// Share of outputs that are a reference (`OutputCounts`).
  public static let exactMatch = Metric("exact-match", higherIsBetter: true, .percent)
  /// Share of outputs with a repeat that no reference has (`OutputCounts`).
  public static let repeats = Metric("repeats", higherIsBetter: false, .percent)
  /// Share of outputs that are their source, where no reference is (`OutputCounts`).
  public static let copies = Metric("copied-sources", higherIsBetter: false, .percent)
  /// Of texts of tokens with blanks between them, cut by `BLEU.Tokenisation.v13a`.
  public static let bleu = Metric("bleu", higherIsBetter: true, .percent)
  /// Of texts of tokens (`ChrF`).
  public static let chrF = Metric("chrf", higherIsBetter: true, .percent)
  /// Edits of tokens / tokens of the references (`EditDistance`): the word, phone or character error rate, by what a token is.
  public static let tokenErrorRate = Metric("token-error-rate", higherIsBetter: false, .percent)
  /// Share of targets that are right where a decoder reads the true text up to them.
  public static let tokenAccuracy = Metric("token-accuracy", higherIsBetter: true, .percent)
  /// Mean cross-entropy of a token, natural logarithm.
  public static let nats = Metric("nats-per-token", higherIsBetter: false, .plain)
  /// exp of `nats`.
  public static let perplexity = Metric("perplexity", higherIsBetter: false, .plain)
  /// Mean of (y − t)² over numbers in the unit of the data, squared.
  public static let meanSquaredError = Metric("mean-squared-error", higherIsBetter: false, .plain)
  /// Mean of |y − t| over numbers, in the unit of the data.
  public static let meanAbsoluteError = Metric("mean-absolute-error", higherIsBetter: false, .plain)
  /// Mean over the steps that ask of their cross-entropy, natural logarithm; of K yes-or-no of the sum of theirs.
  public static let natsPerStep = Metric("nats-per-step", higherIsBetter: false, .plain)
  /// Σ true positives / Σ (true positives, false positives and false negatives) over all steps (Bay et al. 2009).
  public static let frameAccuracy = Metric("frame-accuracy", higherIsBetter: true, .percent)
  /// `nats` over log 2, where a token is a character.
  public static let bits = Metric("bits-per-character", higherIsBetter: false, .plain)
}

/// As metrics stand in records.
extension Metric: Codable {}
