import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// A form, built, with values that hide nothing.
///
/// Unchecked: `run` works in memory of its own, and nothing changes the values while several threads run.
final class ContractModel: @unchecked Sendable {
  static let inputWidth = 3
  /// Ragged, with a length of one; no two of T = 7, B = 4, E = 3, H = 5 are equal.
  static let lengths = [7, 4, 2, 1]

  let layer: any SequenceLayer
  let parameters: Parameters
  private let arena = Arena()
  private let unused: Buffer

  init(_ form: Contract.Form, seed: UInt64 = 7) throws {
    let random = RandomSource(seed: seed)
    let builder = ParameterBuilder(random: random)
    layer = try form.settings.build(Self.inputWidth, form.reading, builder)
    parameters = Parameters(builder)
    unused = Buffer(count: parameters.count)
    // Zero biases and unit scales would hide errors.
    var noise = random.split("contract")
    let values = parameters.values.row
    for i in 0..<values.columns { values[0, i] += Float(0.1 * noise.normal()) }
    parameters.changed()
  }

  /// What a run left, as plain arrays.
  struct Outcome {
    var rows: [Float] = []
    var summary: [Float] = []
    var state: [[Float]] = []
    var parameterGradient: [Float] = []
    var inputGradient: [Float] = []
    var stateGradient: [[Float]] = []

    var all: [Float] {
      rows + summary + state.flatMap { $0 } + parameterGradient + inputGradient + stateGradient.flatMap { $0 }
    }
  }

  /// Which parts of the output the loss sees; others have no gradient.
  struct Parts: OptionSet {
    let rawValue: Int
    static let (rows, summary, state) = (Parts(rawValue: 1), Parts(rawValue: 2), Parts(rawValue: 4))
    /// What tasks read.
    static let output: Parts = [.rows, .summary]
    static let all: Parts = [.rows, .summary, .state]
  }

  /// Forward and, in training, backward, in memory of its own, so that several threads may run at once.
  func run(
    _ batch: ContractBatch, mode: Pass.Mode = .training, dropoutSeed: UInt64 = 3, parts: Parts = .all
  ) -> Outcome {
    let pass = self.pass(batch, mode, dropoutSeed, Arena(), Buffer(count: parameters.count))
    let (output, pullback) = forward(batch, pass)
    var outcome = Outcome(
      rows: output.rows.array, summary: output.summary.array, state: padded(output.state.map(\.array)))
    guard mode == .training else { return outcome }
    let (input, state) = pullback(gradient(batch, parts, pass.arena))
    outcome.parameterGradient = pass.gradients.row.array
    outcome.inputGradient = input.array
    outcome.stateGradient = padded(state.map(\.array))
    return withExtendedLifetime(pass) { outcome }
  }

  /// That of `loss`.
  func gradient(_ batch: ContractBatch, _ parts: Parts, _ arena: Arena) -> SequenceGradient {
    let all = batch.gradient(layer, arena)
    return SequenceGradient(
      rows: parts.contains(.rows) ? all.rows : nil, summary: parts.contains(.summary) ? all.summary : nil,
      state: parts.contains(.state) ? all.state : nil)
  }

  /// A layer that returns too few tensors fails its checks, not the program.
  private func padded(_ tensors: [[Float]]) -> [[Float]] {
    tensors + [[Float]](repeating: [], count: max(0, layer.slots.count - tensors.count))
  }

  /// The weighted sum of rows, summary and final state, in double precision.
  func loss(_ batch: ContractBatch, _ parts: Parts) -> Double {
    arena.reset()
    let (output, _) = forward(batch, pass(batch, .training, 3, arena, unused))
    var sum = 0.0
    if parts.contains(.rows) { sum += weighted(output.rows, batch.rowWeights) }
    if parts.contains(.summary) { sum += weighted(output.summary, batch.summaryWeights) }
    guard parts.contains(.state) else { return sum }
    return zip(output.state, batch.stateWeights).reduce(sum) { $0 + weighted($1.0, $1.1) }
  }

  func pass(
    _ batch: ContractBatch, _ mode: Pass.Mode, _ seed: UInt64, _ arena: Arena, _ gradients: Buffer
  ) -> Pass {
    Pass(
      batch.steps, parameters: parameters, gradients: gradients, arena: arena, mode: mode,
      random: RandomSource(seed: seed))
  }

  func forward(_ batch: ContractBatch, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback) {
    let (input, state) = batch.matrices(layer, pass.arena)
    return layer.forward(input, from: state, pass)
  }

  private func weighted(_ matrix: Matrix, _ weights: [Float]) -> Double {
    var sum = 0.0
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        sum += Double(matrix[row, column]) * Double(weights[row * matrix.columns + column])
      }
    }
    return sum
  }
}
