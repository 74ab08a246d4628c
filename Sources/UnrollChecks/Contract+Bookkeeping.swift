import UnrollKernels
import UnrollLayers
import UnrollTraining

/// What a layer says about itself, and what it does to others' memory.
extension Contract {
  /// Floats by which declarations and buffers differ.
  static func declaredSizes(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    let (layer, batch) = (model.layer, ContractBatch(model.layer))
    let pass = model.pass(batch, .evaluation, 3, Arena(), Buffer(count: 0))
    let output = model.forward(batch, pass).output
    var worst = Measurement(value: 0)
    func compare(_ declared: Int, _ real: Int, _ what: String) { worst.take(Double(abs(declared - real)), what) }
    compare(model.parameters.list.reduce(0) { $0 + $1.count }, model.parameters.values.count, "parameter count")
    let ends = model.parameters.list.map { $0.offset + $0.count }
    for (parameter, end) in zip(model.parameters.list.dropFirst(), ends) {
      compare(parameter.offset, end, parameter.name)
    }
    compare(layer.outputWidth, output.rows.columns, "output width")
    compare(layer.summaryWidth, output.summary.columns, "summary width")
    compare(layer.slots.count, output.state.count, "slots")
    for (slot, state) in zip(layer.slots, output.state) { compare(slot.width, state.columns, "slot \(slot.name)") }
    compare(batch.steps.rows, output.rows.rows, "rows")
    for state in output.state + [output.summary] { compare(batch.steps.sequences, state.rows, "sequences") }
    compare(layer.multiplyAdds > 0 ? 0 : 1, 0, "multiply-adds")
    return worst
  }

  /// Neither direction may write to the matrices that it is given.
  static func argumentsStay(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    let pass = model.pass(batch, .training, 3, Arena(), Buffer(count: model.parameters.count))
    let (input, state) = batch.matrices(model.layer, pass.arena)
    let gradient = batch.gradient(model.layer, pass.arena)
    let pullback = model.layer.forward(input, from: state, pass).pullback
    _ = pullback(SequenceGradient(rows: gradient.rows, summary: gradient.summary, state: gradient.state))
    var worst = Measurement(value: differences(input.array, batch.input), place: "input")
    worst.take(differences(gradient.rows.array, batch.rowWeights), "gradient of the rows")
    worst.take(differences(gradient.summary.array, batch.summaryWeights), "gradient of the summary")
    for (index, slot) in model.layer.slots.enumerated() {
      worst.take(differences(state![index].array, batch.state![index]), "state \(slot.name)")
      let place = "gradient of the final \(slot.name)"
      worst.take(differences(gradient.state[index].array, batch.stateWeights[index]), place)
    }
    return worst
  }

  /// How often the arena grew after the first step.
  static func memoryGrowth(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    let batch = ContractBatch(lengths: [60, 50, 40, 30, 20], model.layer)
    let (arena, slab) = (Arena(), Buffer(count: model.parameters.count))
    var growths: [Int] = []
    for _ in 0..<3 {
      arena.reset()
      let gradient = model.gradient(batch, .all, arena)
      _ = model.forward(batch, model.pass(batch, .training, 3, arena, slab)).pullback(gradient)
      growths.append(arena.growths)
    }
    return Measurement(value: Double(growths[2] - growths[0]))
  }

  /// Outputs and gradients of ordinary inputs and of inputs that saturate everything.
  static func notFinite(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    var worst = Measurement(value: 0)
    for factor in [1, 50] as [Float] {
      var batch = ContractBatch(model.layer)
      batch.input = batch.input.map { $0 * factor }
      worst.take(Double(model.run(batch).all.count { !$0.isFinite }), "inputs of about \(factor)")
    }
    return worst
  }
}
