import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// Layers that can be run in several ways.
extension Contract {
  /// From a state that is not empty, outputs and final states of every way against those of the first, over 60 steps.
  static func waysAgree(_ form: Form) throws -> Measurement? {
    let builder = ParameterBuilder(random: RandomSource(seed: 7))
    let site = LayerSite(input: ContractModel.inputWidth, width: form.settings.stack.width)
    let ways = try form.settings.options.makeLayer(site, builder).ways
    guard let first = ways.first else { return nil }
    let parameters = Parameters(builder)
    let batch = ContractBatch(lengths: [60, 41, 7, 1], first.layer)
    let outcomes = ways.map { run($0.layer, parameters, batch) }
    var worst = Measurement(value: 0, place: "\(first.name), rows")
    for (way, outcome) in zip(ways, outcomes).dropFirst() {
      worst.take(distance(outcome.rows, outcomes[0].rows), "\(first.name) and \(way.name), rows")
      for (slot, (ours, others)) in zip(first.layer.slots, zip(outcome.state, outcomes[0].state)) {
        worst.take(distance(ours, others), "\(first.name) and \(way.name), state \(slot.name)")
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
