import UnrollCore
import UnrollKernels
import UnrollLayers

/// How each operation of the reference cases is run with our layers.
extension Parity {
  /// Any backend: the metadata has its name (`backend`) and `settings` (`width=5 reset=before`); tensors stand under the names of
  /// our parameters and slots.
  static func backend(_ reference: ReferenceCase) throws -> [Comparison] {
    let entries = reference.option("settings").split(separator: " ").map { $0.split(separator: "=").map(String.init) }
    let settings = try BackendSettings(
      reference.option("backend"),
      entries.map {
        Setting.Entry(key: $0[0], line: 1, value: Setting(.scalar($0.last!), file: reference.file, line: 1))
      })
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let reading = Reading.all.first { $0.name == reference.content.metadata["reading"] } ?? .everyStep
    let layer = try settings.build(try reference["input"].shape[2], reading, builder)
    let parameters = Parameters(builder)
    for parameter in parameters.list { parameters.value(parameter).assign(try reference[parameter.name].values) }
    let run = try LayerRun(layer, parameters, reference)
    var comparisons = [
      try reference.compare("output", run.output), try reference.compare("grad.input", run.inputGradient),
    ]
    for (index, slot) in layer.slots.enumerated() {
      let (name, gradient) = ("final.\(slot.name)", "grad.state.\(slot.name)")
      if reference.has(name) { comparisons.append(try reference.compare(name, run.state[index])) }
      if reference.has(gradient) { comparisons.append(try reference.compare(gradient, run.stateGradient[index])) }
    }
    for parameter in parameters.list {
      comparisons.append(try reference.compare("grad.\(parameter.name)", run.pass.gradient(parameter).array))
    }
    let streamed = try LayerRun(layer, parameters, reference, mode: .evaluation)
    return comparisons + [try reference.compare("output", streamed.output)]
  }

  /// rnn, lstm, gru and the cells written out from equations: PyTorch's names, or one `bias_l0` for both biases.
  static func recurrent(
    _ name: String, _ options: [(String, String)], _ reference: ReferenceCase
  ) throws -> [Comparison] {
    var settings = try BackendSettings(name, [])
    var entries = options + [("width", "\(try reference["h_n"].shape.last!)")]
    if reference.option("bidirectional") == "True" { entries.append(("direction", "bidirectional")) }
    if let layers = reference.content.metadata["layers"] { entries.append(("layers", layers)) }
    try settings.apply(
      entries.map { Setting.Entry(key: $0, line: 1, value: Setting(.scalar($1), file: reference.file, line: 1)) })
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = try settings.build(try reference["input"].shape[2], .everyStep, builder)
    let parameters = Parameters(builder)
    for parameter in parameters.list {
      parameters.value(parameter).assign(try initial(parameter, reference))
    }
    let run = try LayerRun(layer, parameters, reference)
    var comparisons = [
      try reference.compare("output", run.output), try reference.compare("grad.input", run.inputGradient),
    ]
    for (index, slots) in ["h_n", "c_n"].enumerated() where reference.has(slots) {
      let perLayer = name == "lstm" ? 2 : 1
      let states = stride(from: index, to: run.state.count, by: perLayer).flatMap { run.state[$0] }
      comparisons.append(try reference.compare(slots, states))
    }
    for parameter in parameters.list {
      let name = reference.has("grad.\(parameter.name)") ? parameter.name : "bias_l0"
      comparisons.append(try reference.compare("grad.\(name)", run.pass.gradient(parameter).array))
    }
    return comparisons
  }

  private static func initial(_ parameter: Parameter, _ reference: ReferenceCase) throws -> [Float] {
    if reference.has(parameter.name) { return try reference[parameter.name].values }
    let bias = try reference["bias_l0"].values
    return parameter.name.hasPrefix("bias_ih") ? bias : [Float](repeating: 0, count: bias.count)
  }

  static func attentionPooling(_ reference: ReferenceCase) throws -> [Comparison] {
    let input = try reference["input"]
    let (steps, width) = (input.shape[0], input.shape[2])
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let pooling = AttentionPooling(width, builder)
    let parameters = Parameters(builder)
    parameters.value(pooling.weight).assign(try reference["weight"].values)
    let packed = PackedBatch(lengths: try reference["lengths"].integers)
    let pass = Pass(
      packed.steps, parameters: parameters, gradients: Buffer(count: parameters.count), arena: Arena(), mode: .training)
    let h = pass.arena.matrix(packed.steps.rows, width)
    packed.pack(input.values, width: width, into: h)
    let (output, pullback) = pooling.forward(h, from: nil, pass)
    let causal = reference.option("causal") == "True"
    let ours = causal ? packed.unpack(output.causal, steps: steps) : packed.restore(output.whole)
    let dy = pass.arena.matrix(causal ? h.rows : packed.steps.sequences, width)
    let gradient = try reference["grad_output"].values
    if causal {
      packed.pack(gradient, width: width, into: dy)
    } else {
      dy.assign(packed.order.flatMap { Array(gradient[$0 * width..<($0 + 1) * width]) })
    }
    let (dh, _) = pullback(causal ? dy : nil, causal ? nil : dy)
    return [
      try reference.compare("output", ours), try reference.compare("grad.input", packed.unpack(dh, steps: steps)),
      try reference.compare("grad.weight", pass.gradient(pooling.weight).array),
    ]
  }

  /// A kernel [H, T] in the order of the cases, [T, H].
  private static func transposed(_ kernel: Matrix) -> [Float] {
    (0..<kernel.columns).flatMap { t in (0..<kernel.rows).map { kernel[$0, t] } }
  }

  static func denseStateSpace(_ reference: ReferenceCase) throws -> [Comparison] {
    let (channels, size) = (try reference["C"].shape[0], try reference["C"].shape[1])
    var options = SSMOptions()
    options.state = size
    options.timeSteps = 0
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = DenseStateSpace(channels, options, builder)
    let parameters = Parameters(builder)
    for parameter in parameters.list { parameters.value(parameter).assign(try reference[parameter.name].values) }
    let run = try LayerRun(layer, parameters, reference)
    let system = layer.discretised(run.pass)
    var comparisons = [
      try reference.compare("output", run.output), try reference.compare("grad.input", run.inputGradient),
      try reference.compare("last_state", run.state[0]),
      try reference.compare("a_bar", (0..<channels).flatMap { system.transition(of: $0).map(Float.init) }),
      try reference.compare("b_bar", (0..<channels).flatMap { system.input(of: $0).map(Float.init) }),
      try reference.compare("kernel", transposed(layer.kernel(steps: try reference["kernel"].shape[0], run.pass))),
    ]
    for parameter in parameters.list {
      comparisons.append(try reference.compare("grad.\(parameter.name)", run.pass.gradient(parameter).array))
    }
    let stepwise = try LayerRun(DenseStateSpace(layer, mode: .recurrence), parameters, reference, mode: .evaluation)
    comparisons.append(try reference.compare("output", stepwise.output))
    comparisons.append(try reference.compare("last_state", stepwise.state[0]))
    return comparisons
  }

  static func diagonalStateSpace(_ reference: ReferenceCase) throws -> [Comparison] {
    let (channels, modes) = (try reference["C"].shape[0], try reference["C"].shape[1])
    var options = S4DOptions()
    options.state = 2 * modes
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = DiagonalStateSpace(channels, options, builder)
    let parameters = Parameters(builder)
    for parameter in parameters.list { parameters.value(parameter).assign(try reference[parameter.name].values) }
    let run = try LayerRun(layer, parameters, reference)
    var comparisons = [
      try reference.compare("output", run.output), try reference.compare("grad.input", run.inputGradient),
      try reference.compare("kernel", transposed(layer.kernel(steps: try reference["kernel"].shape[0], run.pass))),
    ]
    for parameter in parameters.list {
      comparisons.append(try reference.compare("grad.\(parameter.name)", run.pass.gradient(parameter).array))
    }
    let stepwise = try LayerRun(DiagonalStateSpace(layer, mode: .recurrence), parameters, reference, mode: .evaluation)
    return comparisons + [try reference.compare("output", stepwise.output)]
  }
}

/// A sequence layer run forward (and backward) on a case's `input` and `grad_output`, back in the case's order. It starts from
/// the case's `state.SLOT` tensors, if there are any.
struct LayerRun {
  let pass: Pass
  let output: [Float]
  let state: [[Float]]
  let inputGradient: [Float]
  let stateGradient: [[Float]]

  init(_ layer: some SequenceLayer, _ parameters: Parameters, _ reference: ReferenceCase, mode: Pass.Mode = .training)
    throws
  {
    let input = try reference["input"]
    let (steps, count) = (input.shape[0], input.shape[1])
    let lengths = reference.has("lengths") ? try reference["lengths"].integers : [Int](repeating: steps, count: count)
    let packed = PackedBatch(lengths: lengths)
    pass = Pass(
      packed.steps, parameters: parameters, gradients: Buffer(count: parameters.count), arena: Arena(), mode: mode)
    let x = pass.arena.matrix(packed.steps.rows, layer.inputWidth)
    packed.pack(input.values, width: layer.inputWidth, into: x)
    let arena = pass.arena
    let given = layer.slots.filter { reference.has("state.\($0.name)") }
    let initial = try given.map { try packed.matrix(reference["state.\($0.name)"].values, width: $0.width, arena) }
    let stateful = !given.isEmpty && given.count == layer.slots.count
    let (result, pullback) = layer.forward(x, from: stateful ? initial : nil, pass)
    output = packed.unpack(result.rows, steps: steps)
    state = result.state.map(packed.restore)
    guard mode == .training else {
      (inputGradient, stateGradient) = ([], [])
      return
    }
    let dy = pass.arena.matrix(packed.steps.rows, layer.outputWidth)
    packed.pack(try reference["grad_output"].values, width: layer.outputWidth, into: dy)
    let gradient = pullback(SequenceGradient(rows: dy))
    inputGradient = packed.unpack(gradient.input, steps: steps)
    stateGradient = !stateful ? [] : gradient.state.map(packed.restore)
  }
}
