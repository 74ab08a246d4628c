import UnrollCore
import UnrollKernels

/// What one forward (and backward) walk through a model shares: memory, parameters, the batch's order, randomness.
public final class Pass {
  public enum Mode: Sendable {
    /// Dropout on, gradients wanted.
    case training
    /// Dropout off.
    case evaluation
  }

  public let arena: Arena
  public let parameters: Parameters
  /// The slab that pullbacks add to.
  public let gradients: Buffer
  public let steps: PackedSteps
  public let mode: Mode
  /// Whether somebody reads the final state; a layer for which it is dear may return none otherwise.
  public let keepsState: Bool
  /// Layers take splits of it by their own name.
  public let random: RandomSource

  public init(
    _ steps: PackedSteps, parameters: Parameters, gradients: Buffer, arena: Arena, mode: Mode,
    keepsState: Bool = true, random: RandomSource = RandomSource(seed: 0)
  ) {
    precondition(gradients.count == parameters.count || mode == .evaluation)
    self.steps = steps
    self.parameters = parameters
    self.gradients = gradients
    self.arena = arena
    self.mode = mode
    self.keepsState = keepsState
    self.random = random
  }

  public func value(_ parameter: Parameter) -> Matrix { parameters.value(parameter) }
  public func gradient(_ parameter: Parameter) -> Matrix { parameter.view(in: gradients) }
}

extension Pass {
  /// A mask of dropout in training; nil where nothing is dropped.
  func mask(_ probability: Double, _ rows: Int, _ columns: Int, _ name: String) -> Matrix? {
    guard mode == .training, probability > 0 else { return nil }
    var source = random.split(name)
    let mask = arena.matrix(rows, columns)
    Kernels.dropoutMask(mask, probability: probability, key: source.next())
    return mask
  }
}
