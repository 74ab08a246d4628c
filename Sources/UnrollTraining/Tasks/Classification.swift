import UnrollCore
import UnrollData
import UnrollLayers

/// One label for a sequence, read from its summary: the final state (both ends when bidirectional), or a pool.
public struct Classification: Task {
  public static let name = "classification"
  public static let version = 1
  public static let summary = "one label for a sequence, from the final state (acceptor)"
  public static let kind = CorpusKind.labelled
  public static let reading = Reading.summary
  public static let metrics: [Metric] = [.accuracy, .macroF1]

  public let classes: Int
  private let sequences: Splits<EncodedSequence>

  public init(_ data: EncodedData, characters: Bool) {
    guard case .sequences(let sequences) = data.corpus else {
      preconditionFailure("classification wants labelled sequences")
    }
    self.sequences = sequences
    classes = data.labels.count
  }

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
