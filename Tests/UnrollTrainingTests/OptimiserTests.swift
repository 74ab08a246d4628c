import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// Clipping, and what groups of parameters get. (The update rules themselves stand against PyTorch's in the parity cases.)
@Suite struct OptimiserTests {
  @Test func clippingScalesToTheNorm() {
    #expect(Clipping.factor(norm: 5, maximum: 0) == 1)
    #expect(Clipping.factor(norm: 5, maximum: 5.1) == 1)
    #expect(abs(Clipping.factor(norm: 5, maximum: 1) - 0.2) < 1e-6)
  }

  /// Plain descent at rate 1 moves every weight by the gradient, scaled: on any team, across all blocks.
  @Test(arguments: [1, 2, 3]) func gradientsAreScaled(threads: Int) throws {
    let data = try Small.tagged("a/X b/Y c/X")
    let model = try Small.model(data, Tagging(data, characters: false), try Small.backend("rnn", width: 300))
    #expect(model.parameters.count > 1 << 16)
    let (before, gradients) = (model.weights, Buffer(count: model.parameters.count))
    gradients.row.assign((0..<gradients.count).map { Float($0 % 7) })
    var options = OptimiserOptions()
    options.kind = .sgd
    Optimiser(options, model.parameters).step(gradients, learningRate: 1, scale: 0.5, Team(threads: threads))
    for (index, (old, new)) in zip(before, model.weights).enumerated() {
      #expect(abs(old - new - 0.5 * Float(index % 7)) < 1e-5)
    }
  }

  /// All gradients 1 at rate 0.5: a step of −0.5, and of −0.05 for A, B and Δ of a state space.
  @Test func stateSpacesHaveTheirOwnRate() throws {
    let (model, slow) = try stateSpace()
    let before = model.weights
    step(model, gradient: 1, decay: 0)
    for (index, (old, new)) in zip(before, model.weights).enumerated() {
      let change: Float = slow.contains(index) ? -0.05 : -0.5
      #expect(abs(new - old - change) < 2e-6)
    }
    #expect(!slow.isEmpty && slow.count < before.count)
  }

  /// Gradients 0, decay 0.1 at rate 0.5: weights shrink by 5 %, those of a state space stay.
  @Test(arguments: [OptimiserOptions.Kind.sgd, .adamw])
  func stateSpacesDoNotDecay(kind: OptimiserOptions.Kind) throws {
    let model = try stateSpace().0
    let spared = model.parameters.groups.indices.filter { !model.parameters.groups[$0].weightDecay }
      .flatMap { model.parameters.ranges(ofGroup: $0).flatMap { Array($0) } }
    // A and B, Δ, C, D with N = 16 and H = 5, and nothing else.
    #expect(spared.count == 16 * 16 + 16 + 5 + 5 * 16 + 5)
    let before = model.weights
    step(model, gradient: 0, decay: 0.1, kind)
    for (index, (old, new)) in zip(before, model.weights).enumerated() {
      let expected = spared.contains(index) ? old : old * 0.95
      #expect(abs(new - expected) <= 1e-6 * abs(expected))
    }
  }

  /// A model with a state space, and the indices of its slow parameters.
  private func stateSpace() throws -> (SequenceNetwork, Set<Int>) {
    let data = try Small.tagged("a/X b/Y c/X")
    var settings = try Small.backend("ssm", width: 5)
    try settings.apply(try Setting(yaml: "{ssm_learning_rate: 0.1}", file: "").entries(""))
    let model = try Small.model(data, Tagging(data, characters: false), settings)
    let group = try #require(model.parameters.groups.firstIndex { $0.learningRateFactor == 0.1 })
    #expect(!model.parameters.groups[group].weightDecay)
    return (model, Set(model.parameters.ranges(ofGroup: group).flatMap { Array($0) }))
  }

  private func step(_ model: SequenceNetwork, gradient: Float, decay: Double, _ kind: OptimiserOptions.Kind = .sgd) {
    var options = OptimiserOptions()
    (options.kind, options.weightDecay) = (kind, decay)
    let gradients = Buffer(count: model.parameters.count)
    gradients.row.fill(gradient)
    Optimiser(options, model.parameters).step(gradients, learningRate: 0.5)
  }
}
