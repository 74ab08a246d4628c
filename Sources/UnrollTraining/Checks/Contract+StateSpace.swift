import UnrollCore
import UnrollKernels
import UnrollLayers

/// The two ways of running the dense state space.
extension Contract {
  /// From a state that is not empty, outputs and final states of the convolution against those of the recurrence.
  static func convolutionIsRecurrence(_ form: Form) throws -> Measurement? {
    guard let options = form.settings.options as? SSMOptions else { return nil }
    let builder = ParameterBuilder(random: RandomSource(seed: 7))
    let layer = DenseStateSpace(form.settings.stack.width, options, builder)
    let parameters = Parameters(builder)
    let batch = ContractBatch(layer)
    func run(_ mode: DenseStateSpace.Mode) -> (rows: [Float], state: [Float]) {
      let pass = Pass(
        batch.steps, parameters: parameters, gradients: Buffer(count: 0), arena: Arena(), mode: .evaluation)
      let (input, state) = batch.matrices(layer, pass.arena)
      let output = DenseStateSpace(layer, mode: mode).forward(input, from: state, pass).output
      return (output.rows.array, output.state[0].array)
    }
    let (convolved, recurred) = (run(.convolution), run(.recurrence))
    var worst = Measurement(value: distance(convolved.rows, recurred.rows), place: "rows")
    worst.take(distance(convolved.state, recurred.state), "state")
    return worst
  }
}
