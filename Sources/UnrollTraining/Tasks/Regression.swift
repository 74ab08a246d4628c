import UnrollCore
import UnrollData
import UnrollLayers

/// Numbers at every step of a series, read from the steps so far alone: of a later row (`ahead`) those in between would tell them.
public struct Regression: Task {
  public static let name = "regression"
  public static let version = 1
  public static let summary = "numbers at every step, from the steps so far"
  public static let kind = CorpusKind.series
  public static let reading = Reading.causal
  public static let asks = TargetKind.numbers
  public static let metrics: [Metric] = [.meanSquaredError, .meanAbsoluteError]

  private let sequences: Splits<EncodedSequence>
  private let scales: SeriesScales

  public init(_ data: EncodedData, characters: Bool) {
    guard case .sequences(let sequences) = data.corpus, let scales = data.scales else {
      preconditionFailure("regression wants a series")
    }
    (self.sequences, self.scales) = (sequences, scales)
  }

  public var classes: Int { scales.targets.count }

  public func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
    SequenceBatcher(sequences: sequences[split], perToken: true).batches(options.batch, random)
  }

  public func targets(_ split: Split) -> Targets { Targets(series: sequences[split], width: classes) }

  /// Mean squared and mean absolute error over all numbers that are asked for, in the units of the data.
  public func scores(_ predictions: Predictions, _ split: Split) -> [String: Double] {
    var (squares, absolutes, count) = (0.0, 0.0, 0)
    predictions.eachNumber { index, truth, said in
      let error = Double(said - truth) * scales.targets[index % classes].deviation
      squares += error * error
      absolutes += abs(error)
      count += 1
    }
    guard count > 0 else { return [:] }
    return [
      Metric.meanSquaredError.name: squares / Double(count), Metric.meanAbsoluteError.name: absolutes / Double(count),
    ]
  }

  public func answers(_ predictions: Predictions) -> Answers {
    .numbers(
      predictions.numbers.enumerated().map { index, number in
        Float(scales.targets[index % classes].restored(Double(number)))
      })
  }

  /// The number that was read last, where every column that is asked for is read, too; otherwise each column's mean in training.
  public func baseline() -> (name: String, scores: [String: Double]) {
    let asked = targets(.test)
    let read = scales.targets.compactMap { target in scales.inputs.firstIndex { $0.name == target.name } }
    guard read.count == classes else {
      let means = means
      let said = Predictions(numbers: (0..<asked.count).flatMap { _ in means }, of: asked)
      return ("mean of training", scores(said, .test))
    }
    let last = sequences.test.flatMap { sequence in
      (0..<sequence.tokens.count).flatMap { step in
        zip(read, scales.targets).map { place, target in
          let number = sequence.numbers[step * scales.inputs.count + place]
          return target.scaled(scales.inputs[place].restored(Double(number)))
        }
      }
    }
    return ("last value", scores(Predictions(numbers: last, of: asked), .test))
  }

  /// Of every column in training, scaled: 0, but for columns that are not scaled.
  private var means: [Float] {
    (0..<classes).map { place in
      let numbers = sequences.train.flatMap { sequence in
        stride(from: place, to: sequence.targets.count, by: classes).map { sequence.targets[$0] }
      }.filter { !$0.isNaN }
      return Float(numbers.reduce(0) { $0 + Double($1) } / Double(max(1, numbers.count)))
    }
  }
}

extension Targets {
  init(series sequences: [EncodedSequence], width: Int) {
    self.init(numbers: sequences.flatMap(\.targets), width: width, itemStarts: sequences.starts)
  }
}
