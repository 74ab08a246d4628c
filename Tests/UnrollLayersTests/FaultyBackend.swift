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
    /// The state's gradient is left out.
    case noStateGradient
    /// A thousandth of the next step's input reaches the output.
    case leaksFuture
    /// Says that it sees the future, and does not.
    case falselyNotCausal
    /// The summary of shorter sequences is their first row.
    case raggedSummary
    /// The initial state is heeded only when streaming.
    case forgetsState
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
  }

  static let name = "faulty"
  static let summary = "for tests"
  static let table: [OptionKey<FaultyOptions>] = []

  var fault = Fault.none

  func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let weights = RecurrentWeights(
      gates: 4, shape, RecurrentSettings(), bias: [0, 1, 0, 0], parameters)
    return FaultyLSTM(weights: weights, fault: fault)
  }
}

private struct FaultyLSTM: SequenceLayer {
  let weights: RecurrentWeights
  let fault: FaultyOptions.Fault

  var inputWidth: Int { weights.inputWidth }
  var outputWidth: Int { weights.width }
  var slots: [StateSlot] { layer(steep: false).slots }
  var multiplyAdds: Int { weights.multiplyAdds }
  var isCausal: Bool { fault != .falselyNotCausal }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let used = fault == .forgetsState && pass.steps.steps > 1 ? nil : state
    var (output, back) = layer(steep: fault == .forgetDerivative).forward(x, from: used, pass)
    spoil(&output, x, pass)
    return (output, { gradient in spoiled(gradient, back, pass) })
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

  private func spoiled(_ gradient: SequenceGradient, _ back: SequencePullback, _ pass: Pass) -> (Matrix, [Matrix]) {
    let slab = pass.gradients
    if fault == .overwritesSlab { slab.row.fill(0) }
    let (dx, dState) = back(gradient)
    switch fault {
    case .noStateGradient: for matrix in dState { matrix.fill(0) }
    case .writesGradient: if let rows = gradient.rows { rows[0, 0] += 1 }
    case .oneBias: if let biases = weights.biases { pass.gradient(biases.ih)[0, outputWidth + 1] *= 1.02 }
    case .oneInput: for row in 0..<dx.rows { dx[row, 1] *= 1.02 }
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
