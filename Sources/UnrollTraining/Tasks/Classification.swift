import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// One label for a sequence, read from its summary: the final state (both ends when bidirectional), or a pool.
public struct Classification: Task {
  public static let name = "classification"
  public static let version = 1
  public static let summary = "one label for a sequence, from the final state (acceptor)"
  public static let kind = CorpusKind.labelled
  public static let reading = Reading.summary

  public let classes: Int
  public let metrics: [Metric] = [.accuracy, .macroF1]
  private let sequences: Splits<EncodedSequence>

  public init(_ data: EncodedData, characters: Bool) {
    guard case .sequences(let sequences) = data.corpus else {
      preconditionFailure("classification wants labelled sequences")
    }
    self.sequences = sequences
    classes = data.labels.count
  }

  public func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
    let batcher = SequenceBatcher(sequences: sequences[split], perToken: false)
    return random.map { batcher.shuffled(options.batch, $0) } ?? batcher.ordered(options.batch)
  }

  public func scorer() -> any Scorer { ClassificationScorer(classes: classes) }

  /// The most frequent label of training.
  public func baseline() -> (name: String, scores: [String: Double]) {
    var counts = [Int](repeating: 0, count: classes)
    for sequence in sequences.train { counts[Int(sequence.labels[0])] += 1 }
    let common = Int32(counts.firstIndex(of: counts.max() ?? 0) ?? 0)
    var scorer = ClassificationScorer(classes: classes)
    for batch in SequenceBatcher(sequences: sequences.test, perToken: false).ordered(64) {
      scorer.add(batch, predicted: [Int32](repeating: common, count: batch.targets.count), LossSums())
    }
    return ("most frequent label", scorer.scores)
  }
}

struct ClassificationScorer: Scorer {
  private var counts: ClassCounts

  init(classes: Int) { counts = ClassCounts(classes: classes) }

  mutating func add(_ batch: Batch, predicted: [Int32], _ sums: LossSums) {
    for (truth, guess) in zip(batch.targets, predicted) { counts.add(truth: truth, predicted: guess) }
  }

  var scores: [String: Double] {
    [Metric.accuracy.name: counts.accuracy, Metric.macroF1.name: counts.macroF1]
  }
}
