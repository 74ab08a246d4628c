import UnrollCore
import UnrollKernels

@testable import UnrollLayers

/// An LSTM with one deliberate error, to prove that the battery sees it.
struct FaultyOptions: BackendOptions {
  enum Fault: String, CaseIterable, Sendable {
    case none
    /// The derivative of the forget gate is 1 % too large, through all steps.
    case forgetDerivative
    /// As an error in one block of a weight gradient alone.
    case forgetWeightGradient
    /// As an error in a single number: one bias of 5, or one column of the input's gradient.
    case oneBias, oneInput
    /// As in one column of the input's gradient where sequences have one step.
    case oneStep
    /// The state's gradient is left out.
    case noStateGradient
    /// The gradient of the final cell is taken for 1 % more.
    case finalGradient
    /// The gradient of the final state is taken for that of sequences that end with the longest.
    case endsTogether
    /// A thousandth of the next step's input, or of another sequence's, reaches the output.
    case leaksFuture, leaksSideways
    /// Says that it sees the future, and does not.
    case falselyNotCausal
    /// The summary of shorter sequences is their first row.
    case raggedSummary
    /// The initial state is heeded only when streaming.
    case forgetsState
    /// Begins elsewhere than at the empty state where none is given.
    case beginsElsewhere
    /// The stream of it keeps its old state.
    case staleStream
    /// Training scales the output.
    case trainingScale
    /// Noise that no seed holds.
    case unseeded
    /// Carries a tensor that it does not declare.
    case hiddenState
    /// The pullback writes to the gradient that it was given.
    case writesGradient
    /// The pullback overwrites what stood in the slab.
    case overwritesSlab
    /// Infinite for large inputs.
    case overflows
    /// Reads memory before anybody wrote to it.
    case readsUnwritten
    /// Keeps what it made of values that have changed since.
    case keepsOldValues
    /// Asks for more memory than at the pass before.
    case growsMemory
    /// Its dropout has a mask that no seed holds, one that no seed changes, or goes on in evaluation.
    case ownMask, sameMask, dropsInEvaluation
    /// Has two algorithms, of which one sees the future.
    case disagrees
  }

  static let name = "faulty"
  static let summary = "for tests"
  static let table = [OptionKey<FaultyOptions>("own_dropout", \.dropout, in: 0...0.9, "dropout of the output")]

  var fault = Fault.none
  var dropout = 0.0

  func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let weights = RecurrentWeights(
      gates: 4, shape, RecurrentSettings(), bias: [0, 1, 0, 0], parameters)
    return FaultyLSTM(weights: weights, fault: fault, dropout: dropout)
  }
}

private struct FaultyLSTM: SequenceLayer {
  let weights: RecurrentWeights
  let fault: FaultyOptions.Fault
  let dropout: Double
  /// The first weight as it was at first.
  private let old = Kept()

  init(weights: RecurrentWeights, fault: FaultyOptions.Fault, dropout: Double) {
    (self.weights, self.fault, self.dropout) = (weights, fault, dropout)
  }

  private final class Kept { var value: Float? }

  var inputWidth: Int { weights.inputWidth }
  var outputWidth: Int { weights.width }
  var slots: [StateSlot] { layer(steep: false).slots }
  var multiplyAdds: Int { weights.multiplyAdds }
  var isCausal: Bool { fault != .falselyNotCausal }
  var algorithms: [Algorithm] {
    fault != .disagrees
      ? []
      : [FaultyOptions.Fault.none, .leaksFuture].map {
        Algorithm("\($0)", FaultyLSTM(weights: weights, fault: $0, dropout: dropout))
      }
  }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    if fault == .growsMemory { _ = pass.arena.matrix(1, min(pass.arena.growths, 6) << 16) }
    let used = fault == .forgetsState && pass.steps.steps > 1 ? nil : state
    var (output, back) = layer(steep: fault == .forgetDerivative).forward(x, from: used, pass)
    spoil(&output, x, pass)
    if fault == .beginsElsewhere && state == nil { output.rows[0, 0] += 1e-3 }
    let (rows, rowsBack) = Dropout(dropout, name: "own").forward(output.rows, dropping(pass))
    output.rows = rows
    return (
      output,
      { gradient in
        let inner = SequenceGradient(
          rows: gradient.rows.map(rowsBack), summary: gradient.summary, state: spoiled(gradient.state, pass))
        return spoiled(inner, of: gradient, back, pass)
      }
    )
  }

  /// The pass that dropout sees.
  private func dropping(_ pass: Pass) -> Pass {
    let random =
      switch fault {
      case .ownMask: RandomSource(seed: .random(in: 0 ... .max))
      case .sameMask: RandomSource(seed: 0)
      default: pass.random
      }
    return Pass(
      pass.steps, parameters: pass.parameters, gradients: Buffer(count: pass.parameters.count), arena: pass.arena,
      mode: fault == .dropsInEvaluation ? .training : pass.mode, random: random)
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let stream = layer(steep: false).stream(x, pass)
    guard fault == .staleStream else { return stream }
    return stream.then { output in SequenceStream(output, output, [], pass) { stream.state[1].fill(0) } }
  }

  private func spoil(_ output: inout SequenceOutput, _ x: Matrix, _ pass: Pass) {
    let (rows, steps) = (output.rows, pass.steps)
    switch fault {
    case .leaksFuture:
      for t in 0..<steps.steps - 1 {
        for b in 0..<Int(steps.live[t + 1]) {
          rows[Int(steps.offset[t]) + b, 0] += 1e-3 * x[Int(steps.offset[t + 1]) + b, 0]
        }
      }
    case .leaksSideways: if steps.sequences > 1 { rows[1, 0] += 1e-3 * x[0, 0] }
    case .keepsOldValues:
      if old.value == nil { old.value = pass.value(weights.hh)[0, 0] }
      rows[0, 0] += old.value!
    case .raggedSummary:
      let summary = output.summary
      for b in 0..<steps.sequences where steps.lengths[b] < steps.lengths[0] {
        Kernels.copy(rows.rows(b..<b + 1), to: summary.rows(b..<b + 1))
      }
      output = SequenceOutput(rows: rows, summary: summary, state: output.state)
    case .trainingScale: if pass.mode == .training { rows[0, 0] *= 1.001 }
    case .unseeded: rows[0, 0] += Float.random(in: 0..<1e-4)
    case .hiddenState: output.state.append(pass.arena.zeros(steps.sequences, 2))
    case .readsUnwritten: rows[0, 0] += 1e-30 * pass.arena.matrix(1, 1)[0, 0]
    case .overflows: if abs(x[0, 0]) > 10 { rows[0, 0] = .infinity }
    default: break
    }
  }

  /// Of the final state.
  private func spoiled(_ gradient: [Matrix]?, _ pass: Pass) -> [Matrix]? {
    guard let gradient, [.finalGradient, .endsTogether].contains(fault) else { return gradient }
    let copies = gradient.map(pass.arena.copy)
    if fault == .finalGradient { Kernels.scale(copies[1], by: 1.01) }
    let long = Int(pass.steps.live[pass.steps.steps - 1])
    if fault == .endsTogether { for copy in copies { copy.rows(long..<copy.rows).fill(0) } }
    return copies
  }

  /// - Parameter given: what the caller handed over.
  private func spoiled(
    _ gradient: SequenceGradient, of given: SequenceGradient, _ back: SequencePullback, _ pass: Pass
  ) -> (Matrix, [Matrix]) {
    let slab = pass.gradients
    if fault == .overwritesSlab { slab.row.fill(0) }
    let (dx, dState) = back(gradient)
    switch fault {
    case .noStateGradient: for matrix in dState { matrix.fill(0) }
    case .writesGradient: if let rows = given.rows { rows[0, 0] += 1 }
    case .oneBias: if let biases = weights.biases { pass.gradient(biases.ih)[0, outputWidth + 1] *= 1.02 }
    case .oneInput, .oneStep:
      if fault == .oneInput || pass.steps.steps == 1 { for row in 0..<dx.rows { dx[row, 1] *= 1.02 } }
    case .forgetWeightGradient:
      Kernels.scale(pass.gradient(weights.hh).rows(outputWidth..<2 * outputWidth), by: 1.01)
    default: break
    }
    return (dx, dState)
  }

  private func layer(steep: Bool) -> any SequenceLayer {
    let (lstm, parameters) = (LSTM(weights: weights), ParameterBuilder.counting())
    return steep
      ? RecurrentLayer(SteepForget(lstm: lstm), RecurrentSettings(), parameters)
      : RecurrentLayer(lstm, RecurrentSettings(), parameters)
  }
}

/// An LSTM with the forget gate's gradient 1 % too large.
private struct SteepForget: RecurrentCell {
  let lstm: LSTM

  var weights: RecurrentWeights { lstm.weights }
  var slots: [StateSlot] { lstm.slots }
  var saved: [Int] { lstm.saved }
  var carriesHidden: Bool { lstm.carriesHidden }

  func gate(_ step: Unrolling.Step) { lstm.gate(step) }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    lstm.gateBack(step, dy: dy)
    for row in 0..<step.gates.rows { for j in weights.gates(1..<2) { step.gates[row, j] *= 1.01 } }
  }
}
