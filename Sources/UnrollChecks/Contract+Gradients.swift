import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// Gradients: against differences, part by part, and of a sequence in pieces.
extension Contract {
  static func parameterGradient(_ form: Form) throws -> Measurement? {
    try Differences(ContractModel(form), .output).parameters(most: 60)
  }

  static func inputGradient(_ form: Form) throws -> Measurement? {
    try Differences(ContractModel(form), .output).input(most: 60)
  }

  static func stateGradient(_ form: Form) throws -> Measurement? {
    try Differences(ContractModel(form), .output).state(most: 40)
  }

  /// Parameters and input where the sequences begin without a state, or with a learned one.
  static func stateless(_ form: Form) throws -> Measurement? {
    try everyGradient(form) { $0.state = nil }
  }

  /// Parameters, input and state; of each tensor a sample.
  static func everyGradient(
    _ form: Form, lengths: [Int] = ContractModel.lengths, seed: UInt64 = 11,
    _ change: (inout ContractBatch) -> Void = { _ in }
  ) throws -> Measurement? {
    let model = try ContractModel(form)
    var batch = ContractBatch(lengths: lengths, model.layer, seed: seed)
    change(&batch)
    return Differences(model, .all, batch).every(most: 12)
  }

  /// That of the final state, one slot after the other.
  static func finalStateGradient(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    let slots = model.layer.slots
    var worst: Measurement?
    for (index, slot) in slots.enumerated() where slot.carriesGradient {
      let error = betterOfTwo { seed in
        var batch = ContractBatch(model.layer, seed: seed)
        for other in slots.indices where other != index {
          batch.stateWeights[other] = batch.stateWeights[other].map { _ in 0 }
        }
        return Differences(model, .state, batch).every(most: 4)
      }
      if worst == nil { worst = Measurement(value: 0) }
      worst?.take(error.value, "\(error.place), of the final \(slot.name)")
    }
    return worst
  }

  /// The smaller error of two batches: differences may be wrong at a kink, or where next to nothing is left of a row; a wrong gradient is
  /// wrong for any numbers.
  static func betterOfTwo(_ error: (_ seed: UInt64) throws -> Measurement?) rethrows -> Measurement {
    var best = Measurement(value: .infinity)
    for seed in [11, 12] as [UInt64] where best.value > 1e-3 {
      if let error = try error(seed), error.value < best.value { best = error }
    }
    return best
  }

  /// Gradients of rows, summary and final state, each by itself, sum up to that of all: nil means zero, and slabs are added to.
  static func partsAddUp(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    let whole = model.run(batch)
    let parts = [ContractModel.Parts.rows, .summary, .state].map { model.run(batch, parts: $0) }
    func total(_ gradient: (ContractModel.Outcome) -> [Float]) -> [Float] {
      parts.dropFirst().reduce(gradient(parts[0])) { sum($0, gradient($1)) }
    }
    var worst = Measurement(value: distance(total(\.inputGradient), whole.inputGradient), place: "input")
    for (index, slot) in model.layer.slots.enumerated() {
      worst.take(distance(total { $0.stateGradient[index] }, whole.stateGradient[index]), "state \(slot.name)")
    }
    let slab = Buffer(count: model.parameters.count)
    for _ in 0..<2 {
      let pass = model.pass(batch, .training, 3, Arena(), slab)
      _ = model.forward(batch, pass).pullback(model.gradient(batch, .all, pass.arena))
    }
    let twice = slab.row.array
    worst.take(distance(total(\.parameterGradient), whole.parameterGradient), "parameters")
    worst.take(distance(twice, sum(whole.parameterGradient, whole.parameterGradient)), "parameters, added twice")
    return worst
  }

  /// A sequence cut in two: the state goes forward from one half to the other, its gradient back.
  static func gradientInChunks(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    guard model.layer.isCausal else { return nil }
    var worst = Measurement(value: 0)
    let given = ContractBatch(model.layer)
    var fresh = given
    fresh.state = nil
    for (batch, start) in [(given, "from a state"), (fresh, "from none")] {
      let (whole, cut) = (model.run(batch), inTwo(model, batch))
      worst.take(distance(cut.parameterGradient, whole.parameterGradient), "parameters, \(start)")
      worst.take(distance(cut.inputGradient, whole.inputGradient), "input, \(start)")
      for (index, slot) in model.layer.slots.enumerated() {
        worst.take(distance(cut.stateGradient[index], whole.stateGradient[index]), "state \(slot.name), \(start)")
      }
    }
    return worst
  }

  /// The gradients of the first three steps and of the others.
  private static func inTwo(_ model: ContractModel, _ batch: ContractBatch) -> ContractModel.Outcome {
    var first = batch.chunk(0..<3, from: batch.state)
    let second = model.run(batch.chunk(3..<batch.steps.steps, from: model.run(first).state))
    // Sequences that go on have their summary and their final state in the second half.
    let going = Int(batch.steps.live[3])
    first.summaryWeights.replaceSubrange(
      ..<(going * model.layer.summaryWidth), with: repeatElement(0, count: going * model.layer.summaryWidth))
    for (index, gradient) in second.stateGradient.enumerated() {
      first.stateWeights[index].replaceSubrange(..<gradient.count, with: gradient)
    }
    var outcome = model.run(first)
    outcome.parameterGradient = sum(outcome.parameterGradient, second.parameterGradient)
    outcome.inputGradient += second.inputGradient
    return outcome
  }

  static func sum(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0 + $1 } }
}
