import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// Layers whose output several algorithms compute: convolution, recurrence, scan.
extension Contract {
  /// Outputs and final states of every algorithm against those of the first, over 60 steps from a state that is not empty.
  static func algorithmsAgree(_ form: Form) throws -> Measurement? {
    let builder = ParameterBuilder(random: RandomSource(seed: 7))
    let shape = LayerShape(input: ContractModel.inputWidth, width: form.settings.stack.width)
    let algorithms = try form.settings.options.makeLayer(shape, builder).algorithms
    guard let first = algorithms.first else { return nil }
    let parameters = Parameters(builder)
    let batch = ContractBatch(lengths: [60, 41, 7, 1], first.layer)
    let outcomes = algorithms.map { run($0.layer, parameters, batch) }
    var worst = Measurement(value: 0, place: "\(first.name), rows")
    for (algorithm, outcome) in zip(algorithms, outcomes).dropFirst() {
      worst.take(distance(outcome.rows, outcomes[0].rows), "\(first.name) and \(algorithm.name), rows")
      for (slot, (ours, others)) in zip(first.layer.slots, zip(outcome.state, outcomes[0].state)) {
        worst.take(distance(ours, others), "\(first.name) and \(algorithm.name), state \(slot.name)")
      }
    }
    return worst
  }

  private static func run(
    _ layer: any SequenceLayer, _ parameters: Parameters, _ batch: ContractBatch
  ) -> (rows: [Float], state: [[Float]]) {
    let pass = Pass(
      batch.steps, parameters: parameters, gradients: Buffer(count: 0), arena: Arena(), mode: .evaluation)
    let (input, state) = batch.matrices(layer, pass.arena)
    let output = layer.forward(input, from: state, pass).output
    return withExtendedLifetime(pass) { (output.rows.array, output.state.map(\.array)) }
  }
}
