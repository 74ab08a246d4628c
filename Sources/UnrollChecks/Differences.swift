import UnrollCore
import UnrollLayers

/// The gradients of one run against central differences of its loss.
///
/// The loss is summed in double precision over a Float32 forward pass, so the noise of a difference is about 1e−6 / step; the
/// five-point stencil allows steps that are large against it. An element's error is measured against the element itself, or a
/// tenth of the largest of its tensor, so that an error of 1 % in a gate whose gradients are small is still seen.
struct Differences {
  private let model: ContractModel
  private let batch: ContractBatch
  private let parts: ContractModel.Parts
  private let outcome: ContractModel.Outcome

  init(_ model: ContractModel, _ parts: ContractModel.Parts, _ batch: ContractBatch? = nil) {
    let batch = batch ?? ContractBatch(model.layer)
    (self.model, self.batch, self.parts, outcome) = (model, batch, parts, model.run(batch, parts: parts))
  }

  /// Parameters, input and state.
  func every(most: Int) -> Contract.Measurement {
    [input(most: most), state(most: most)].compactMap { $0 }.reduce(into: parameters(most: most)) { worst, other in
      worst.take(other.value, other.place)
    }
  }

  /// - Parameter most: elements of each tensor.
  func parameters(most: Int) -> Contract.Measurement {
    let values = model.parameters.values.row
    var worst = Contract.Measurement(value: 0)
    for parameter in model.parameters.list {
      let analytic = Array(outcome.parameterGradient[parameter.offset..<parameter.offset + parameter.count])
      let error = largestError(analytic, most: most) { element, step in
        let index = parameter.offset + element
        let before = values[0, index]
        values[0, index] = before + step
        model.parameters.changed()
        defer {
          values[0, index] = before
          model.parameters.changed()
        }
        return model.loss(batch, parts)
      }
      worst.take(error, parameter.name)
    }
    return worst
  }

  func input(most: Int) -> Contract.Measurement {
    guard outcome.inputGradient.count == batch.input.count else {
      return Contract.Measurement(value: .infinity, place: "its shape")
    }
    let error = largestError(outcome.inputGradient, most: most) { element, step in
      var moved = batch
      moved.input[element] += step
      return model.loss(moved, parts)
    }
    return Contract.Measurement(value: error, place: "input")
  }

  /// Of the initial state; nil where there is none.
  func state(most: Int) -> Contract.Measurement? {
    guard let state = batch.state, !state.isEmpty else { return nil }
    guard outcome.stateGradient.map(\.count) == state.map(\.count) else {
      return Contract.Measurement(value: .infinity, place: "its shape")
    }
    var worst = Contract.Measurement(value: 0)
    for (index, slot) in model.layer.slots.enumerated() where slot.carriesGradient {
      let error = largestError(outcome.stateGradient[index], most: most) { element, step in
        var moved = batch
        moved.state![index][element] += step
        return model.loss(moved, parts)
      }
      worst.take(error, "state \(slot.name)")
    }
    return worst
  }

  /// The largest error of some elements; `loss` gives the loss with one element moved by a step.
  private func largestError(_ analytic: [Float], most: Int, _ loss: (Int, Float) -> Double) -> Double {
    let largest = analytic.map { Double(abs($0)) }.max() ?? 0
    guard largest.isFinite else { return .infinity }
    // Steps that move the loss by a few hundredths, whatever the parameter's scale.
    let step = min(max(0.03 / max(largest, 1e-9), 4e-3), 0.25)
    let sampled = sample(analytic.count, most)
    let floor = 0.1 * max(largest, 1e-2)
    return sampled.map { element in
      let expected = Double(analytic[element])
      func error(_ numeric: Double) -> Double { abs(numeric - expected) / max(abs(numeric), abs(expected), floor) }
      // Smaller steps come where the loss bends, larger ones and means over many where it hardly moves.
      let central = [(self.central, [1, 0.25, 4, 0.06]), (ninePoint, [1, 4]), (averaged, [1])]
      var best = Double.infinity
      for (stencil, factors) in central {
        for factor in factors where best > 1e-3 {
          best = min(best, error(stencil(Float(step * factor)) { loss(element, $0) }))
        }
      }
      // Where the two sides differ there is a kink (of a ReLU, say) within the step, and the gradient is that of one side.
      for factor in [0.06, 0.25, 1] where best > 1e-3 {
        let slopes = [
          ahead(Float(step * factor)) { loss(element, $0) }, behind(Float(step * factor)) { loss(element, $0) },
        ]
        guard abs(slopes[0] - slopes[1]) > 0.02 * max(abs(expected), floor) else { continue }
        best = min(best, error(slopes[0]), error(slopes[1]))
      }
      return best
    }.max() ?? 0
  }

  /// f′(0) with an error of order step⁴.
  private func central(_ step: Float, _ f: (Float) -> Double) -> Double {
    (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * Double(step))
  }

  /// The mean over steps of about this size: their rounding is independent, so the noise is a quarter of one step's. It shows
  /// gradients so small that the loss hardly moves.
  private func averaged(_ step: Float, _ f: (Float) -> Double) -> Double {
    (0..<16).reduce(0) { $0 + ninePoint(step * (0.7 + 0.04 * Float($1)), f) } / 16
  }

  /// f′(0) with an error of order step⁸: steps may be large against the noise where the loss is smooth.
  private func ninePoint(_ step: Float, _ f: (Float) -> Double) -> Double {
    let weights = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280]
    return weights.enumerated().reduce(0) { sum, next in
      let distance = Float(next.offset + 1) * step
      return sum + next.element * (f(distance) - f(-distance))
    } / Double(step)
  }

  /// f′(0) from one side alone, with an error of order step²: where a kink (of a relu, say) lies within a step on the other side,
  /// this is the gradient.
  private func ahead(_ step: Float, _ f: (Float) -> Double) -> Double {
    (4 * f(step) - f(2 * step) - 3 * f(0)) / (2 * Double(step))
  }

  private func behind(_ step: Float, _ f: (Float) -> Double) -> Double { -ahead(step) { f(-$0) } }

  /// All indices, or `most` random ones.
  private func sample(_ count: Int, _ most: Int) -> [Int] {
    guard count > most else { return Array(0..<count) }
    var random = RandomSource(seed: UInt64(count))
    return Array((0..<count).shuffled(using: &random)[..<most])
  }
}
