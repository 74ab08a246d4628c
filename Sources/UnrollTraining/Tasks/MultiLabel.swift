import CLibrary
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// Many yes or no at every step of a series, such as which notes sound next, read from the steps so far alone.
///
/// Of a series with `ahead` the first row is not asked for, since nothing stands before it (as in Bai et al. 2018).
public struct MultiLabel: Task {
  public static let name = "multi-label"
  public static let version = 1
  public static let summary = "many yes or no at every step (columns of 0 and 1), from the steps so far"
  public static let kind = CorpusKind.series
  public static let reading = Reading.causal
  public static let asks = TargetKind.yesOrNo
  public static let metrics: [Metric] = [.natsPerStep, .frameAccuracy]

  public let classes: Int
  private let sequences: Splits<EncodedSequence>

  /// - Throws: `InputError` for numbers that are not 0 or 1, and for steps at which some are missing: nobody knows the likelihood of such a step.
  public init(_ data: EncodedData, characters: Bool) throws {
    guard case .sequences(let sequences) = data.corpus, let scales = data.scales else {
      preconditionFailure("many yes or no want a series")
    }
    self.sequences = sequences
    classes = scales.targets.count
    // Of files that are scored alone all is test.
    for split in Split.allCases.reversed() {
      for sequence in sequences[split] {
        guard let other = sequence.targets.firstIndex(where: { !$0.isNaN && $0 != 0 && $0 != 1 }) else { continue }
        throw InputError(
          "\(MultiLabel.name) asks for columns of 0 and 1, and \"\(scales.targets[other % classes].name)\" has other numbers in the \(split.rawValue) split; target_columns says which are asked for, and task: \(Regression.name) takes any numbers"
        )
      }
      for target in MultiLabel.all(sequences[split], classes) where !target.allSatisfy(\.isNaN) {
        guard let missing = target.firstIndex(where: \.isNaN) else { continue }
        throw InputError(
          "\(MultiLabel.name) asks for all columns of a step or for none, and some rows of the \(split.rawValue) split lack \"\(scales.targets[missing % classes].name)\" alone; fill it in; target_columns says which are asked for, and task: \(Regression.name) takes any"
        )
      }
    }
  }

  public func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
    SequenceBatcher(sequences: sequences[split], perToken: true).batches(options.batch, random)
  }

  public func targets(_ split: Split) -> Targets { Targets(series: sequences[split], width: classes) }

  public func scores(_ predictions: Predictions, _ split: Split) -> [String: Double] {
    scores(predictions, predictions.sums)
  }

  /// Negative log-likelihood of a step, the sum over its outputs (Boulanger-Lewandowski et al. 2012), and frame accuracy: of all yes that
  /// are true or were said, both; Σ TP / Σ (TP + FP + FN) over all steps (Bay et al. 2009). Yes is said where it is more probable than no.
  private func scores(_ predictions: Predictions, _ sums: LossSums) -> [String: Double] {
    var (both, either) = (0, 0)
    predictions.eachNumber { _, truth, said in
      both += truth == 1 && said > 0.5 ? 1 : 0
      either += truth == 1 || said > 0.5 ? 1 : 0
    }
    guard sums.count > 0 else { return [:] }
    var scores = [Metric.natsPerStep.name: sums.mean]
    if either > 0 { scores[Metric.frameAccuracy.name] = Double(both) / Double(either) }
    return scores
  }

  public func answers(_ predictions: Predictions) -> Answers { .classes(predictions.numbers.map { $0 > 0.5 ? 1 : 0 }) }

  /// How often each output is yes in training, one yes and one no added.
  public func baseline() -> (name: String, scores: [String: Double]) {
    var (yes, steps) = ([Double](repeating: 1, count: classes), 2.0)
    for row in MultiLabel.rows(sequences.train, classes) {
      for (k, target) in row.enumerated() { yes[k] += Double(target) }
      steps += 1
    }
    let shares = yes.map { $0 / steps }
    var sums = LossSums()
    for row in MultiLabel.rows(sequences.test, classes) {
      sums.loss -= zip(row, shares).reduce(0) { $0 + log($1.0 == 1 ? $1.1 : 1 - $1.1) }
      sums.count += 1
    }
    let asked = targets(.test)
    let said = Predictions(numbers: (0..<asked.count).flatMap { _ in shares.map(Float.init) }, of: asked)
    return ("frequencies of training", scores(said, sums))
  }

  /// Steps at which something is asked for.
  private static func rows(_ sequences: [EncodedSequence], _ width: Int) -> [ArraySlice<Float>] {
    all(sequences, width).filter { !$0[$0.startIndex].isNaN }
  }

  private static func all(_ sequences: [EncodedSequence], _ width: Int) -> [ArraySlice<Float>] {
    sequences.flatMap { sequence in
      stride(from: 0, to: sequence.targets.count, by: width).map { sequence.targets[$0..<$0 + width] }
    }
  }
}
