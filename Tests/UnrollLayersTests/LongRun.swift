import CLibrary
import TestSupport
import UnrollCore
import UnrollKernels

@testable import UnrollLayers

/// A layer with its parameters, run forward and backward over one long sequence from a state that is not empty.
struct LongRun {
  static let length = 16_384

  let pass: Pass
  /// States one slot after the other.
  let input, state, dy, dfinal, output, final, inputGradient, stateGradient: [Double]

  init(_ layer: any SequenceLayer, _ parameters: Parameters, seed: UInt64) {
    let steps = PackedSteps(lengths: [LongRun.length])
    var random = RandomSource(seed: seed)
    func normal(_ rows: Int, _ columns: Int, _ arena: Arena) -> Matrix {
      let matrix = arena.matrix(rows, columns)
      matrix.fill(normal: &random)
      return matrix
    }
    pass = Pass(
      steps, parameters: parameters, gradients: Buffer(count: parameters.count), arena: Arena(), mode: .training)
    let arena = pass.arena
    let x = normal(steps.rows, layer.inputWidth, arena)
    let h = layer.slots.map { slot in
      let matrix = normal(1, slot.width, arena)
      if slot.domain == .positive { matrix.assign(matrix.array.map { 0.5 + abs($0) }) }
      return matrix
    }
    let weights = normal(steps.rows, layer.outputWidth, pass.arena)
    let (result, pullback) = layer.forward(x, from: h, pass)
    let finalWeights = layer.slots.map { normal(1, $0.width, arena) }
    (input, state, dy) = (x.doubles, h.flatMap { $0.doubles }, weights.doubles)
    dfinal = finalWeights.flatMap { $0.doubles }
    let gradient = pullback(SequenceGradient(rows: weights, state: finalWeights))
    (output, final) = (result.rows.doubles, result.state.flatMap { $0.doubles })
    (inputGradient, stateGradient) = (gradient.input.doubles, gradient.state.flatMap { $0.doubles })
  }

  /// The slope of Σ dy ⊙ rows + Σ dfinal ⊙ final along a direction of the input and the state, against the gradients' part along it.
  func slopeError(_ twin: (_ x: [Double], _ state: [Double]) -> (rows: [Double], final: [Double])) -> Double {
    let (dx, dh) = (input.indices.map { sin(Double(3 * $0)) }, state.indices.map { cos(Double(5 * $0)) })
    func loss(_ step: Double) -> Double {
      let (rows, final) = twin(zip(input, dx).map { $0 + step * $1 }, zip(state, dh).map { $0 + step * $1 })
      return zip(rows + final, dy + dfinal).reduce(0) { $0 + $1.0 * $1.1 }
    }
    // So small that hardly any element crosses a kink on the way.
    let slope = derivative(1e-7, loss)
    let parts = zip(inputGradient + stateGradient, dx + dh).map { $0 * $1 }
    let size = parts.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return abs(parts.reduce(0, +) - slope) / size
  }

  /// max|ours − theirs| / max|theirs|
  static func relative(_ ours: [Double], _ theirs: [Double]) -> Double {
    guard ours.count == theirs.count, ours.allSatisfy(\.isFinite) else { return .infinity }
    return zip(ours, theirs).map { abs($0 - $1) }.max()! / theirs.map(abs).max()!
  }
}
