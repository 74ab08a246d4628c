import UnrollKernels
import UnrollLayers

/// Updates a slab of parameters from a slab of gradients, each group with its own learning-rate factor and weight decay.
///
/// Unchecked: the threads of a step update blocks of their own, and nothing else changes meanwhile.
package final class Optimiser: @unchecked Sendable {
  package let options: OptimiserOptions
  /// Updates made so far.
  package internal(set) var steps = 0
  private let parameters: Parameters
  private let first: Buffer
  private let second: Buffer
  /// All parameters, each block with its group.
  private let blocks: [(Range<Int>, ParameterGroup)]

  /// Memory for the moments is as large as the parameters, once or (Adam) twice.
  package init(_ options: OptimiserOptions, _ parameters: Parameters) {
    self.options = options
    self.parameters = parameters
    blocks = parameters.groups.enumerated().flatMap { index, group in
      parameters.ranges(ofGroup: index).flatMap(\.blocks).map { ($0, group) }
    }
    first = Buffer(count: parameters.count)
    second = Buffer(count: options.kind == .adam || options.kind == .adamw ? parameters.count : 0)
  }

  /// What it keeps between updates, under its name.
  var moments: [String: Buffer] { ["first": first, "second": second] }

  /// One update at the given learning rate.
  ///
  /// - Parameter scale: of the gradients, which are scaled in place.
  package func step(_ gradients: Buffer, learningRate: Double, scale: Double = 1, _ team: Team = Team()) {
    steps += 1
    team.forEach(blocks.count) { [self] index in
      let (range, group) = blocks[index]
      if scale != 1 { Kernels.scale(gradients.row.columns(range), by: Float(scale)) }
      update(
        range, gradients, rate: learningRate * group.learningRateFactor,
        decay: group.weightDecay ? options.weightDecay : 0)
    }
    parameters.changed()
  }

  private func update(_ range: Range<Int>, _ g: Buffer, rate: Double, decay: Double) {
    let (o, w) = (options, parameters.values)
    switch o.kind {
    case .adam, .adamw:
      Kernels.adam(
        w, g, mean: first, square: second, range: range, rate: rate, beta1: o.beta1, beta2: o.beta2, epsilon: o.epsilon,
        step: steps, coupledDecay: o.kind == .adam ? decay : 0, decoupledDecay: o.kind == .adamw ? decay : 0)
    case .sgd:
      Kernels.sgd(
        w, g, velocity: first, range: range, rate: rate, momentum: o.momentum, nesterov: o.nesterov, first: steps == 1,
        decay: decay)
    case .rmsprop:
      Kernels.rmsprop(w, g, square: first, range: range, rate: rate, alpha: o.alpha, epsilon: o.epsilon, decay: decay)
    case .adagrad:
      Kernels.adagrad(w, g, sum: first, range: range, rate: rate, epsilon: o.epsilon, decay: decay)
    }
  }
}

/// Gradient clipping by global norm.
public enum Clipping {
  /// What all gradients are multiplied with: maximum / (norm + 1e−6) where that is below one, as PyTorch does, else 1. A maximum of 0
  /// means no clipping.
  public static func factor(norm: Double, maximum: Double) -> Double {
    maximum > 0 ? min(1, maximum / (norm + 1e-6)) : 1
  }
}
