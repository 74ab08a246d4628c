import UnrollCore
import UnrollData
import UnrollLayers

/// A task with one label for each of its items.
public protocol Acceptor: Task {
  /// As batches have them, each with one label.
  var sequences: Splits<EncodedSequence> { get }
}

extension Acceptor {
  public static var kind: CorpusKind { .labelled }
  public static var reading: Reading { .summary }
  public static var metrics: [Metric] { [.accuracy, .macroF1] }

  public func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
    SequenceBatcher(sequences: sequences[split], perToken: false).batches(options.batch, random)
  }

  public func targets(_ split: Split) -> Targets {
    Targets(classes: sequences[split].map { $0.labels[0] }, itemStarts: Array(sequences[split].indices))
  }

  public func scores(_ predictions: Predictions, _ split: Split) -> [String: Double] {
    var counts = ClassCounts(classes: classes)
    predictions.each { counts.add(truth: $1, predicted: $2) }
    return [Metric.accuracy.name: counts.accuracy, Metric.macroF1.name: counts.macroF1]
  }

  /// The most frequent label of training.
  public func baseline() -> (name: String, scores: [String: Double]) {
    var counts = [Int](repeating: 0, count: classes)
    for sequence in sequences.train { counts[Int(sequence.labels[0])] += 1 }
    let common = Int32(counts.firstIndex(of: counts.max() ?? 0) ?? 0)
    let said = [Int32](repeating: common, count: sequences.test.count)
    return ("most frequent label", scores(Predictions(classes: said, of: targets(.test)), .test))
  }
}
