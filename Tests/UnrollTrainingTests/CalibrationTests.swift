import Foundation
import Testing
import UnrollCore
import UnrollData

@testable import UnrollTraining

/// How sure a model is of what it predicts.
@Suite struct CalibrationTests {
  private struct Case: Decodable {
    let confidences: [Float]
    let right: [Int]
    let counts: [Int]
    let expectedError: Double

    enum CodingKeys: String, CodingKey {
      case confidences, right, counts
      case expectedError = "expected-error"
    }
  }

  @Test func errorsAreThoseOfScikitLearn() throws {
    let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/calibration.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    for reference in cases {
      let found = Calibration(zip(reference.confidences, reference.right.map { $0 == 1 }))
      #expect(found.counts == reference.counts)
      // Sums are kept to a ten-thousandth.
      let rounding = 5e-5 * Double(Calibration.bins) / Double(found.count)
      #expect(abs(found.expectedError - reference.expectedError) <= rounding + 1e-7)
      #expect(abs(found.accuracy - Double(reference.right.reduce(0, +)) / Double(reference.right.count)) < 1e-12)
    }
    #expect(cases.count > 4 && cases.contains { $0.expectedError > 0.1 })
  }

  /// Twice 0.7, once right: bin (10/15, 11/15]; 1 and 0 lie in the last and the first.
  @Test func binsByHand() throws {
    var found = Calibration([(0.7, true), (0.7, false), (1, true), (0, false)])
    #expect(found.counts[10] == 2 && found.right[10] == 1 && abs(found.confidences[10] - 1.4) < 1e-9)
    #expect(found.counts[14] == 1 && found.counts[0] == 1 && found.count == 4)
    #expect(abs(found.expectedError - 0.1) < 1e-9 && found.accuracy == 0.5)
    #expect(abs(found.meanConfidence - 0.6) < 1e-9)
    found += found
    #expect(found.count == 8 && abs(found.expectedError - 0.1) < 1e-9)
    #expect(try Calibration(json: found.json()) == found)
  }

  @Test(arguments: [
    "{\"confidences\":[0],\"counts\":[0],\"right\":[0]}", damaged(counts: 1, right: 2, sum: 0.5),
    damaged(counts: 1, right: 1, sum: 2), damaged(counts: -1, right: -1, sum: 0),
    damaged(counts: .max, right: 0, sum: 0),
  ])
  func damage(json: String) { #expect(throws: DecodingError.self) { try Calibration(json: Array(json.utf8)) } }

  private static func damaged(counts: Int, right: Int, sum: Double) -> String {
    let zeros = String(repeating: ",0", count: 14)
    return "{\"confidences\":[\(sum)\(zeros)],\"counts\":[\(counts)\(zeros)],\"right\":[\(right)\(zeros)]}"
  }

  /// Where a model is right, what it predicts is the target, whose loss is −log p; where it is wrong, it is surer of something else.
  @Test func confidencesBelongToLosses() throws {
    let data = try Small.tagged(Small.sentences(30), test: Small.sentences(12, seed: 9))
    let task = Tagging(data, characters: false)
    let model = try Small.model(data, task, try Small.backend("gru", width: 5))
    let batches = task.batches(.test, TrainingOptions(), nil)
    let found = try Evaluation.run(model, task, .test, batches, ShardWorker(parameters: 0)).predictions
    for (place, confidence) in found.confidences.enumerated() {
      let isRight = try #require(found.isRight(place) as Bool?), target = exp(-found.losses[place])
      #expect(isRight ? abs(confidence - target) < 1e-6 : confidence > target - 1e-6)
    }
    #expect(Calibration(found)?.count == found.classes.count)
    #expect(Calibration(Predictions(classes: found.classes, of: found.targets)) == nil, "nobody said")
  }
}

/// Scores by what targets are like.
@Suite struct BreakdownTests {
  @Test(
    arguments: [
      (0, "0"), (1, "1"), (2, "2–4"), (4, "2–4"), (5, "5–16"), (64, "17–64"), (65, "65–256"), (65_537, "65537+"),
      (Bins.never, "never"),
    ] as [(Int, String)])
  func labels(value: Int, label: String) {
    let bins = Bins(0, upTo: 1, times: 4)
    #expect(bins.label(bins.bin(value)) == label)
  }

  @Test func powersOfTwo() {
    let bins = Bins(upTo: 1, times: 2)
    #expect([1, 2, 3, 4, 5, 8, 9].map { bins.label(bins.bin($0)) } == ["1", "2", "3–4", "3–4", "5–8", "5–8", "9–16"])
  }

  /// Training has a twice, b once, and no c. The last b asks for nothing.
  @Test func tagsByLengthAndFrequency() throws {
    let data = try Small.tagged("a/A a/A b/B", test: "a/A\nc/B b/B a/A\nb/-", ignoring: "-")
    let task = Tagging(data, characters: false)
    let said = Predictions(classes: [0, 0, 1, 1, 0], of: task.targets(.test))
    let found = Breakdown.all(said, data, task.metrics)
    #expect(found.map(\.name) == ["tokens of the sequence", "occurrences of the token in training"])
    #expect(found.allSatisfy { $0.metric == .accuracy })
    #expect(found[0].labels == ["1", "3"] && found[0].weights == [1, 3] && found[0].sums == [1, 1])
    #expect(found[1].labels == ["0", "1", "2–4"] && found[1].weights == [1, 1, 2] && found[1].sums == [0, 1, 1])
    #expect(found[1].score(2) == 0.5)
    #expect(try [Breakdown](json: found.json()) == found)
  }

  /// `abcab`: b and c come for the first time, a after three, b after three. Every loss stands in one bin.
  @Test func lossesByFrequencyAndDistance() throws {
    let data = try Small.text("aabaaccaab", test: "abcabbbca")
    let task = try LanguageModelling(data, characters: true)
    let model = try Small.model(data, task, try Small.backend("gru", width: 5))
    let batches = task.batches(.test, TrainingOptions(), nil)
    let predictions = try Evaluation.run(model, task, .test, batches, ShardWorker(parameters: 0)).predictions
    let found = Breakdown.all(predictions, data, task.metrics)
    #expect(found.map(\.name) == ["occurrences of the token in training", "tokens since the target last stood"])
    // Targets b c a b b b c a; training has six a, two b, two c.
    #expect(found[0].labels == ["2–4", "5–16"] && found[0].weights == [6, 2])
    #expect(found[1].labels == ["1", "3–4", "5–8", "never"] && found[1].weights == [2, 2, 2, 2])
    for breakdown in found {
      #expect(breakdown.metric == .nats)
      #expect(abs(breakdown.sums.reduce(0, +) - predictions.sums.loss) < 0.03)
    }
  }

  /// Texts that are all of one length have nothing to take apart, and numbers have no right or wrong.
  @Test func nothingToTakeApart() throws {
    let data = try Small.labelled("x a b\ny c d")
    let task = Classification(data, characters: false)
    let said = Predictions(classes: [0, 1], of: task.targets(.test))
    #expect(Breakdown.all(said, data, task.metrics).isEmpty)
    #expect(Breakdown.all(said, data, [.meanSquaredError]).isEmpty)
  }

  @Test(arguments: ["\"weights\":[0,1]", "\"weights\":[1]", "\"sums\":[1]", "\"labels\":[\"a\",\"a\"]"])
  func damage(part: String) throws {
    let json =
      "{\"labels\":[\"a\",\"b\"],\"metric\":{\"name\":\"accuracy\",\"higherIsBetter\":true,\"unit\":\"percent\"},"
      + "\"name\":\"n\",\"sums\":[1,1],\"weights\":[1,1]}"
    _ = try Breakdown(json: Array(json.utf8))
    let key = part.prefix { $0 != "[" }
    let range = try #require(json.firstRange(of: Regex("\(key)\\[[^\\]]*\\]")))
    #expect(throws: DecodingError.self) {
      try Breakdown(json: Array(json.replacingCharacters(in: range, with: part).utf8))
    }
  }
}
