import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// What a model of numbers says of rows as they come, sequence by sequence. One thread at a time.
///
/// A model that reads no later row answers every row at once. Where later rows matter answers come when the sequence ends: one for all of it
/// from a classifier.
public final class SeriesPredictor {
  /// The columns of a row, in order.
  public let columns: [String]
  private let model: ModelFile
  private let scales: SeriesScales
  private let vocabulary: Vocabulary
  private let network: any Network
  private let task: any Task.Type
  private let worker = ShardWorker(parameters: 0)
  /// Nil where answers come at the end.
  private let stream: NetworkStream?
  /// Of the sequence under way, [T, E], where answers come at its end.
  private var rows: [Float] = []

  /// - Throws: `InputError` for a model that reads no numbers, or cannot be built.
  public init(_ model: ModelFile) throws {
    guard let scales = model.data.scales, let vocabulary = model.data.vocabulary else {
      throw InputError("the model reads text, not numbers", file: model.file)
    }
    (self.model, self.scales, self.vocabulary) = (model, scales, vocabulary)
    (network, task, columns) = (try model.network(), try model.taskType(), scales.inputs.map(\.name))
    guard task.asks != .classes || model.data.labels.count == model.data.outputs else {
      throw InputError("the model has no names of its labels", file: model.file)
    }
    let parts = network as? SequenceNetwork
    // Of a chain of labels the best hang on what comes.
    let waits =
      task.reading == .summary || parts?.head is ConditionalRandomFieldHead || parts?.backend.isCausal == false
    stream = waits ? nil : try network.stream(sequences: 1)
  }

  /// What answers have numbers for, in order; empty where they are labels.
  public var targets: [String] { scales.targets.map(\.name) }

  /// - Parameter row: a number for each of `columns`, in the unit of the data.
  /// - Returns: nil where answers come at the end.
  /// - Throws: `InputError` where the model's output is not finite.
  public func read(_ row: [Float]) throws -> SeriesPrediction? {
    precondition(row.count == columns.count, "a number a column")
    guard let stream else {
      rows += row
      return nil
    }
    let said = stream.step(numbers: zip(scales.inputs, row).map { $0.scaled(Double($1)) })
    switch task.asks {
    case .classes: Kernels.softmax(said)
    case .yesOrNo: Kernels.sigmoid(said, into: said)
    case .numbers: break
    }
    return try answer(said.array)
  }

  /// The sequence is over, and the next row begins another one.
  ///
  /// - Returns: what was not answered yet: an answer a row, or of a classifier one.
  /// - Throws: `InputError` where the model's output is not finite.
  public func end() throws -> [SeriesPrediction] {
    stream?.reset()
    guard !rows.isEmpty else { return [] }
    defer { rows = [] }
    let (isWhole, steps) = (task.kind == .labelled, rows.count / columns.count)
    // What is asked for changes no prediction.
    let item = NumberSequence(
      columns: SeriesColumns(inputs: columns, target: isWhole ? .labelOfSequence : .labelOfStep), inputs: rows,
      labels: isWhole ? [model.data.labels.names[0]] : [String?](repeating: nil, count: steps))
    let encoded = try EncodedData(
      .series(Splits(test: [item])), vocabulary: vocabulary, labels: model.data.labels, scales: scales)
    let batch = try task.init(encoded, characters: false).batches(.test, TrainingOptions(), nil)[0]
    let prediction = worker.evaluate(network, batch)
    let all = prediction.probabilities()
    return try prediction.classes.enumerated().map { try answer(all.rows($0..<$0 + 1).array, best: Int($1)) }
  }

  /// - Parameters:
  ///   - values: probabilities, or scaled numbers.
  ///   - best: the class that was chosen; nil for the most probable.
  private func answer(_ values: [Float], best: Int? = nil) throws -> SeriesPrediction {
    guard values.allSatisfy(\.isFinite) else { throw InputError("the model's output is not finite", file: model.file) }
    var said = SeriesPrediction()
    if task.asks == .classes {
      let best = best ?? values.indices.max { (values[$0], $1) < (values[$1], $0) }!
      (said.label, said.probability) = (model.data.labels.names[best], values[best])
    } else {
      said.numbers = zip(scales.targets, values).map { Float($0.restored(Double($1))) }
    }
    return said
  }
}

/// What a model says of one row of a series, or of a whole one.
public struct SeriesPrediction: Codable, Equatable, Sendable {
  /// The most probable one; nil where numbers are asked for.
  public var label: String?
  /// Of the label.
  public var probability: Float?
  /// The numbers that are asked for, in the unit of the data; of many yes or no the probability of each yes.
  public var numbers: [Float]?

  /// Nothing is said yet.
  public init() {}
}
