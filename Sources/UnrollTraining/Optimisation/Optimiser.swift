import UnrollKernels
import UnrollLayers

/// Updates a slab of parameters from a slab of gradients, each group with its own learning-rate factor and weight decay.
public final class Optimiser {
  public let options: OptimiserOptions
  /// Updates made so far.
  public private(set) var steps = 0
  private let parameters: Parameters
  private let first: Buffer
  private let second: Buffer

  public init(_ options: OptimiserOptions, _ parameters: Parameters) {
    self.options = options
    self.parameters = parameters
    first = Buffer(count: parameters.count)
    second = Buffer(count: options.kind == .adam || options.kind == .adamw ? parameters.count : 0)
  }

  /// One update at the given learning rate.
  public func step(_ gradients: Buffer, learningRate: Double) {
    steps += 1
    for (index, group) in parameters.groups.enumerated() {
      for range in parameters.ranges(ofGroup: index) {
        update(
          range, gradients, rate: learningRate * group.learningRateFactor,
          decay: group.weightDecay ? options.weightDecay : 0)
      }
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
  /// Scales all gradients by maximum / (norm + 1e−6) where that is below one, as PyTorch does. Returns the norm before.
  @discardableResult
  public static func clip(_ gradients: Buffer, maximum: Double) -> Double {
    let all = gradients.matrix(rows: 1, columns: gradients.count)
    let norm = Kernels.sumOfSquares(all).squareRoot()
    if maximum > 0, maximum / (norm + 1e-6) < 1 { Kernels.scale(all, by: Float(maximum / (norm + 1e-6))) }
    return norm
  }
}
