import UnrollKit

/// Labels that are grades, in the order of their names: a neighbour of the true one is less wrong than one at the other end.
struct Grading: Task {
  static let name = "grading"
  static let version = 1
  static let summary = "one grade for a sequence, from the final state; how far off it is"
  static let kind = CorpusKind.labelled
  static let reading = Reading.summary
  static let distance = Metric("mean-distance", higherIsBetter: false, .plain)
  static let metrics = [distance] + Classification.metrics

  private let inner: Classification

  init(_ data: EncodedData, characters: Bool) { inner = Classification(data, characters: characters) }

  var classes: Int { inner.classes }

  func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
    inner.batches(split, options, random)
  }

  func targets(_ split: Split) -> Targets { inner.targets(split) }

  func scores(_ predictions: Predictions, _ split: Split) -> [String: Double] {
    var (sum, count) = (0, 0)
    predictions.each { _, truth, said in
      sum += abs(Int(truth) - Int(said))
      count += 1
    }
    return inner.scores(predictions, split).merging([Grading.distance.name: Double(sum) / Double(count)]) { $1 }
  }

  /// The middle grade of training, which is nearest to all of them.
  func baseline() -> (name: String, scores: [String: Double]) {
    let grades = targets(.train).classes.sorted()
    let said = [Int32](repeating: grades[grades.count / 2], count: targets(.test).count)
    return ("middle grade", scores(Predictions(classes: said, of: targets(.test)), .test))
  }
}
