import Testing
import UnrollCore
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// What a training records of its gradients where it is asked to.
@Suite struct GradientNormTests {
  @Test func normsByHand() {
    var norms = GradientNorms()
    for norm in [0.5, 2, 4] { norms.add(norm, maximum: 1) }
    #expect(norms.steps == 3 && norms.clipped == 2 && norms.largest == 4)
    #expect(abs(norms.mean - 6.5 / 3) < 1e-12 && abs(norms.clippedMean - 2.5 / 3) < 1e-6)
    var free = GradientNorms()
    for norm in [0.5, 2, 4] { free.add(norm, maximum: 0) }
    #expect(free.clipped == 0 && free.clippedMean == free.mean)
  }

  /// Points between them have every step, and what is recorded changes no bit of what is trained.
  @Test func aTrainingRecordsThem() throws {
    let (with, without) = (try train(diagnosis: true, clip: 0.05), try train(diagnosis: false, clip: 0.05))
    #expect(with.weights == without.weights)
    let points = with.curve
    #expect(points.map { $0.gradients?.steps ?? 0 } == zip(points, [0] + points.map(\.step)).map { $0.step - $1 })
    for point in points {
      let norms = try #require(point.gradients)
      #expect(norms.clipped == norms.steps && norms.mean > 0.05 && abs(norms.clippedMean - 0.05) < 1e-5)
      #expect(norms.largest >= norms.mean)
      let summary = try #require(point.diagnosis)
      #expect(summary.spectralRadius! > 0 && summary.growth! > 0)
    }
    #expect(without.curve.allSatisfy { $0.gradients == nil && $0.diagnosis == nil })
    #expect(points.map(\.trainingLoss) == without.curve.map(\.trainingLoss) && points.count == 6)
    // The last summary is that of the weights as they are.
    let task = Tagging(with.data, characters: false)
    let now = Diagnosis(with.model, development: task.batches(.development, TrainingOptions(), nil))
    #expect(now?.summary == points.last?.diagnosis)
  }

  private func train(diagnosis: Bool, clip: Double) throws -> (
    model: SequenceNetwork, weights: [Float], curve: [CurvePoint], data: EncodedData
  ) {
    var options = TrainingOptions()
    (options.epochs, options.evaluations, options.batch, options.clip) = (3, 2, 32, clip)
    options.diagnosis = diagnosis
    // Rising scores, so that the last weights are kept.
    let data = try Small.tagged(Small.sentences(60), development: Small.sentences(9, seed: 8))
    let task = SpyTask(data, script: (0..<6).map { 0.1 + 0.1 * Double($0) })
    let model = try Small.model(data, task, try Small.backend("lstm", width: 5))
    let outcome = try Trainer(model, task, options, random: RandomSource(seed: 2)).train()
    return (model, model.weights, outcome.curve, data)
  }
}
