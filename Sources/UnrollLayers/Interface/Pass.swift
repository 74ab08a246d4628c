import UnrollCore
import UnrollKernels

/// What a model's layers share while it runs forward (and back): memory, parameters, the batch's order, randomness.
public final class Pass {
  /// What the pass is for.
  public enum Mode: Sendable {
    /// Dropout on, gradients wanted.
    case training
    /// Dropout off.
    case evaluation
    /// Dropout off, gradients wanted: those of the function that evaluation computes.
    case differentiation
  }

  /// Lends all memory of the pass; whoever made it resets it after the way back.
  public let arena: Arena
  /// The model's values.
  public let parameters: Parameters
  /// The slab that pullbacks add to.
  public let gradients: Buffer
  /// The order of the rows: B sequences, R rows.
  public let steps: PackedSteps
  /// Training, evaluation or differentiation.
  public let mode: Mode
  /// Whether somebody reads the final state; a layer for which it is dear may return none otherwise.
  public let keepsState: Bool
  /// Layers take splits of it by their own name.
  public let random: RandomSource
  /// Where layers show what is inside of them; nil where nobody asks.
  public let inspection: Inspection?

  // Asked for by many layers, made once.
  private(set) lazy var lastRows = steps.lastRows
  private(set) lazy var sequenceOfRow = steps.sequenceOfRow
  private(set) lazy var reversal = steps.reversed

  /// A pass over one batch; make another for the next.
  ///
  /// - Parameters:
  ///   - steps: the order of the rows.
  ///   - parameters: those that the layers were built with.
  ///   - gradients: as long as `parameters`; of an evaluation anything.
  ///   - arena: keeps all matrices alive until its reset.
  ///   - mode: whether there is dropout, and a way back.
  ///   - keepsState: whether somebody reads the final state.
  ///   - random: of this pass alone: equal sources give equal masks.
  ///   - inspection: where layers show what is inside of them; nil for nowhere.
  public init(
    _ steps: PackedSteps, parameters: Parameters, gradients: Buffer, arena: Arena, mode: Mode,
    keepsState: Bool = true, random: RandomSource = RandomSource(seed: 0), inspection: Inspection? = nil
  ) {
    precondition(gradients.count == parameters.count || mode == .evaluation)
    self.steps = steps
    self.parameters = parameters
    self.gradients = gradients
    self.arena = arena
    self.mode = mode
    self.keepsState = keepsState
    self.random = random
    self.inspection = inspection
  }

  /// The parameter's values, in the slab: vectors as [1, n], others as [rows, all other dimensions].
  public func value(_ parameter: Parameter) -> Matrix { parameters.value(parameter) }
  /// Where a pullback adds the parameter's gradient, in the same shape.
  public func gradient(_ parameter: Parameter) -> Matrix { parameter.view(in: gradients) }
}

extension Pass {
  /// The same memory and parameters for other steps: a model inside of the model.
  ///
  /// - Parameters:
  ///   - name: of the split of randomness that its layers take theirs from.
  ///   - keepsState: whether somebody reads the final state.
  package func over(_ steps: PackedSteps, _ name: String, keepsState: Bool = false) -> Pass {
    Pass(
      steps, parameters: parameters, gradients: gradients, arena: arena, mode: mode, keepsState: keepsState,
      random: random.split(name))
  }

  /// A mask of dropout in training; nil where nothing is dropped.
  func mask(_ probability: Double, _ rows: Int, _ columns: Int, _ name: String) -> Matrix? {
    guard mode == .training, probability > 0 else { return nil }
    var source = random.split(name)
    let mask = arena.matrix(rows, columns)
    Kernels.dropoutMask(mask, probability: probability, key: source.next())
    return mask
  }

  /// [B, width]: the row of each sequence's last step, of rows [R, width].
  func last(_ rows: Matrix) -> Matrix {
    let last = arena.matrix(steps.sequences, rows.columns)
    Kernels.gather(rows, lastRows, into: last)
    return last
  }

  /// [R, width]: for every row what its sequence has, of one row a sequence [B, width].
  func spread(_ each: Matrix) -> Matrix {
    let rows = arena.matrix(steps.rows, each.columns)
    Kernels.gather(each, sequenceOfRow, into: rows)
    return rows
  }

  /// [B, width]: the sums of each sequence's rows, on top of `start` if there is one. The way back of `spread`.
  func sums(_ rows: Matrix, from start: Matrix? = nil) -> Matrix {
    let sums = start.map(arena.copy) ?? arena.zeros(steps.sequences, rows.columns)
    Kernels.scatterAdd(rows, sequenceOfRow, to: sums)
    return sums
  }
}
