/// Spans that were there, predicted, and both, by type: what precision, recall and F1 need.
public struct SpanCounts: Codable, Equatable, Sendable {
  /// Of one type, or of all together.
  public struct Counts: Codable, Equatable, Sendable {
    /// Spans that are there.
    public var truths = 0
    /// Spans that were predicted.
    public var predictions = 0
    /// Spans that are there and were predicted: the same type, first and last token.
    public var hits = 0

    /// None yet.
    public init() {}

    /// Hits / predictions; 0 where nothing was predicted, as in `seqeval` (`conlleval` says 1).
    public var precision: Double { predictions == 0 ? 0 : Double(hits) / Double(predictions) }
    /// Hits / truths; 0 where there is none.
    public var recall: Double { truths == 0 ? 0 : Double(hits) / Double(truths) }
    /// Their harmonic mean, 2 hits / (truths + predictions); 0 where there is neither.
    public var f1: Double { truths + predictions == 0 ? 0 : 2 * Double(hits) / Double(truths + predictions) }

    static func += (left: inout Counts, right: Counts) {
      left.truths += right.truths
      left.predictions += right.predictions
      left.hits += right.hits
    }
  }

  /// Of types that were there or predicted.
  public private(set) var byType: [String: Counts] = [:]

  /// No span of any type yet.
  public init() {}

  /// The spans of one sequence.
  public mutating func add(truth: [Span], predicted: [Span]) {
    for span in truth { byType[span.type, default: Counts()].truths += 1 }
    for span in predicted { byType[span.type, default: Counts()].predictions += 1 }
    for span in Set(truth).intersection(predicted) { byType[span.type]!.hits += 1 }
  }

  /// Over all types together (micro).
  public var all: Counts { byType.values.reduce(into: Counts()) { $0 += $1 } }

  /// Metric name to value, over all types together.
  var scores: [String: Double] {
    let all = all
    return [
      Metric.spanF1.name: all.f1, Metric.spanPrecision.name: all.precision, Metric.spanRecall.name: all.recall,
    ]
  }
}
