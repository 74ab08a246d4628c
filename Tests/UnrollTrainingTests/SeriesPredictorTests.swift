import Testing
import UnrollCore
import UnrollData
import UnrollLayers

@testable import UnrollTraining

/// What models of numbers say of rows one at a time, beside what they say of batches.
@Suite struct SeriesPredictorTests {
  /// Two columns, one to six rows.
  private static func items(_ target: SeriesColumns.Target) -> [NumberSequence] {
    var random = RandomSource(seed: 8)
    return (1...6).map { length in
      let inputs = (0..<2 * length).map { _ in Float(3 + 2 * random.normal()) }
      var item = NumberSequence(columns: SeriesColumns(inputs: ["u", "v"], target: target), inputs: inputs)
      switch target {
      case .numbers: item.targets = inputs.map { $0 > 3 ? 1 : 0 }
      case .labelOfStep: item.labels = (0..<length).map { inputs[2 * $0] > 3 ? "up" : "down" }
      case .labelOfSequence: item.labels = [length > 3 ? "up" : "down"]
      }
      return item
    }
  }

  private func check(
    _ target: SeriesColumns.Target, _ type: any Task.Type, _ backend: String = "gru",
    _ direction: StackOptions.Direction = .forward, head: (any HeadOptions)? = nil, atOnce: Bool
  ) throws {
    let items = Self.items(target)
    let data = try Small.series(
      Splits(train: items, development: items, test: items), labels: type.asks == .classes ? ["down", "up"] : [])
    var model = ModelOptions(for: type, numbers: true)
    if let head { model.head = head }
    let (file, network) = try ModelFileTests.model(data, type, backend, direction, model: model)
    let task = try type.init(data, characters: false)
    let predictions = try Evaluation.run(
      network, task, .test, task.batches(.test, TrainingOptions(), nil), ShardWorker(parameters: 0)
    ).predictions
    let predictor = try SeriesPredictor(file)
    #expect(predictor.columns == ["u", "v"])
    var said: [SeriesPrediction] = []
    for item in items {
      for start in stride(from: 0, to: item.inputs.count, by: 2) {
        let now = try predictor.read(Array(item.inputs[start..<start + 2]))
        #expect((now != nil) == atOnce)
        said += [now].compactMap { $0 }
      }
      said += try predictor.end()
    }
    #expect(try predictor.end().isEmpty, "a sequence without rows")
    guard type.asks != .classes else {
      #expect(said.map(\.label) == predictions.classes.map { data.labels[$0] } && said.allSatisfy { $0.numbers == nil })
      return #expect(said.allSatisfy { (0.3...1).contains($0.probability ?? 0) })
    }
    var wanted = predictions.numbers
    if case .numbers(let numbers) = task.answers(predictions) { wanted = numbers }
    let numbers = said.flatMap { $0.numbers ?? [] }
    #expect(numbers.count == wanted.count && zip(numbers, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test(arguments: ["gru", "s4d", "transformer"]) func numbers(backend: String) throws {
    try check(.numbers(["a", "b"]), Regression.self, backend, atOnce: true)
    try check(.numbers(["a", "b"]), MultiLabel.self, backend, atOnce: true)
  }

  @Test func labelsOfSteps() throws {
    try check(.labelOfStep, Tagging.self, "lstm", atOnce: true)
    try check(.labelOfStep, Tagging.self, "lstm", .bidirectional, atOnce: false)
    try check(.labelOfStep, Tagging.self, head: ConditionalRandomFieldHeadOptions(), atOnce: false)
  }

  @Test func labelsOfSequences() throws {
    try check(.labelOfSequence, Classification.self, atOnce: false)
    try check(.labelOfSequence, Classification.self, "lstm", .bidirectional, atOnce: false)
  }

  @Test func aModelOfWordsReadsNoRows() throws {
    let (file, _) = try ModelFileTests.model(Small.tagged(Small.sentences(9)), Tagging.self)
    #expect { try SeriesPredictor(file) } throws: { "\($0)".contains("the model reads text, not numbers") }
  }
}
