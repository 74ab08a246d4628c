import UnrollCore
import UnrollKernels
import UnrollLayers

/// How each operation of the reference cases is run with our layers.
extension Parity {
  /// Any backend: the metadata has its name (`backend`) and `settings` (`width=5 reset=before`); tensors stand under the names of
  /// our parameters and slots.
  static func backend(_ reference: ReferenceCase) throws -> [Comparison] {
    let words = reference.option("settings").split(separator: " ")
    let entries = words.map { word in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return (key: parts[0], value: parts.count == 2 ? parts[1] : "")
    }
    let settings = try BackendSettings(reference.option("backend"), reference.settings(entries))
    try reference.expectRoom(settings)
    let reading = Reading(rawValue: reference.option("reading")) ?? .everyStep
    let width = try reference.sizes("input", dimensions: 3)[2]
    let (layer, parameters) = try reference.layer { try settings.build(width, reading, $0) }
    let run = try LayerRun(layer, parameters, reference)
    var comparisons = [
      try reference.compare("output", run.output), try reference.compare("grad.input", run.inputGradient),
    ]
    for (index, slot) in layer.slots.enumerated() {
      let (name, gradient) = ("final.\(slot.name)", "grad.state.\(slot.name)")
      if reference.has(name) { comparisons.append(try reference.compare(name, run.state[index])) }
      guard reference.has(gradient) else { continue }
      guard index < run.stateGradient.count else {
        throw reference.error("tensor \(gradient) stands without the states")
      }
      comparisons.append(try reference.compare(gradient, run.stateGradient[index]))
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
    var entries = options + [("width", "\(try reference.sizes("h_n", dimensions: 2, 3).last!)")]
    if reference.option("bidirectional") == "True" { entries.append(("direction", "bidirectional")) }
    entries.append(("layers", reference.option("layers", "1")))
    try settings.apply(reference.settings(entries))
    try reference.expectRoom(settings)
    let width = try reference.sizes("input", dimensions: 3)[2]
    let (layer, parameters) = try reference.layer(values: { try initial($0, reference) }) {
      try settings.build(width, .everyStep, $0)
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
    if reference.has(parameter.name) { return try reference.values(parameter.name, parameter.shape) }
    let bias = try reference.values("bias_l0", parameter.shape)
    return parameter.name.hasPrefix("bias_ih") ? bias : [Float](repeating: 0, count: bias.count)
  }

  static func attentionPooling(_ reference: ReferenceCase) throws -> [Comparison] {
    let shape = try reference.sizes("input", dimensions: 3)
    let (steps, count, width) = (shape[0], shape[1], shape[2])
    let (pooling, parameters) = try reference.layer { AttentionPooling(width, $0) }
    let packed = try reference.batch(steps, count)
    let pass = Pass(
      packed.steps, parameters: parameters, gradients: Buffer(count: parameters.count), arena: Arena(), mode: .training)
    let h = pass.arena.matrix(packed.steps.rows, width)
    packed.pack(try reference.values("input", shape), width: width, into: h)
    let (output, pullback) = pooling.forward(h, from: nil, pass)
    let causal = reference.option("causal") == "True"
    let ours = causal ? packed.unpack(output.causal, steps: steps) : packed.restore(output.whole)
    let dy = pass.arena.matrix(causal ? h.rows : packed.steps.sequences, width)
    let gradient = try reference.values("grad_output", causal ? shape : [count, width])
    if causal {
      packed.pack(gradient, width: width, into: dy)
    } else {
      dy.assign(packed.order.flatMap { Array(gradient[$0 * width..<($0 + 1) * width]) })
    }
    let (dh, _) = pullback(causal ? SequenceGradient(rows: dy) : SequenceGradient(summary: dy))
    return [
      try reference.compare("output", ours), try reference.compare("grad.input", packed.unpack(dh, steps: steps)),
      try reference.compare("grad.weight", pass.gradient(pooling.weight).array),
    ]
  }

  private static func kernelSteps(_ reference: ReferenceCase) throws -> Int {
    try reference.sizes("kernel", dimensions: 2)[0]
  }

  /// A kernel [H, T] in the order of the cases, [T, H].
  private static func transposed(_ kernel: Matrix) -> [Float] {
    (0..<kernel.columns).flatMap { t in (0..<kernel.rows).map { kernel[$0, t] } }
  }

  static func denseStateSpace(_ reference: ReferenceCase) throws -> [Comparison] {
    let sizes = try reference.sizes("C", dimensions: 2)
    let (channels, timeSteps) = (sizes[0], try reference.sizes("log_dt", dimensions: 1)[0])
    var options = SSMOptions()
    let entries = [("state", "\(sizes[1])"), ("time_steps", "\(timeSteps)")]
    try options.apply(reference.settings(entries), "tensors C and log_dt")
    let (layer, parameters) = try reference.layer { options.stateSpace(channels, $0) }
    let run = try LayerRun(layer, parameters, reference)
    let system = layer.discretised(run.pass)
    var comparisons = [
      try reference.compare("output", run.output), try reference.compare("grad.input", run.inputGradient),
      try reference.compare("last_state", run.state[0]),
      try reference.compare("a_bar", (0..<timeSteps).flatMap { system.transition(of: $0).map(Float.init) }),
      try reference.compare("b_bar", (0..<timeSteps).flatMap { system.input(of: $0).map(Float.init) }),
      try reference.compare("kernel", transposed(layer.kernel(steps: try kernelSteps(reference), run.pass))),
    ]
    for parameter in parameters.list {
      comparisons.append(try reference.compare("grad.\(parameter.name)", run.pass.gradient(parameter).array))
    }
    let stepwise = try LayerRun(layer.running(.recurrence), parameters, reference, mode: .evaluation)
    comparisons.append(try reference.compare("output", stepwise.output))
    comparisons.append(try reference.compare("last_state", stepwise.state[0]))
    return comparisons
  }

  static func diagonalStateSpace(_ reference: ReferenceCase) throws -> [Comparison] {
    let sizes = try reference.sizes("C", dimensions: 3)
    let channels = sizes[0]
    var options = S4DOptions()
    try options.apply(reference.settings([("state", "\(2 * sizes[1])")]), "tensor C")
    let (layer, parameters) = try reference.layer { options.stateSpace(channels, $0) }
    let run = try LayerRun(layer, parameters, reference)
    var comparisons = [
      try reference.compare("output", run.output), try reference.compare("grad.input", run.inputGradient),
      try reference.compare("kernel", transposed(layer.kernel(steps: try kernelSteps(reference), run.pass))),
    ]
    for parameter in parameters.list {
      comparisons.append(try reference.compare("grad.\(parameter.name)", run.pass.gradient(parameter).array))
    }
    let stepwise = try LayerRun(layer.running(.recurrence), parameters, reference, mode: .evaluation)
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

  /// Floats of one slot for all sequences: settings alone (`context`) can ask for any.
  private static let widestSlot = 1 << 24

  init(_ layer: some SequenceLayer, _ parameters: Parameters, _ reference: ReferenceCase, mode: Pass.Mode = .training)
    throws
  {
    let shape = try reference.sizes("input", dimensions: 3)
    let (steps, count) = (shape[0], shape[1])
    let input = try reference.values("input", [steps, count, layer.inputWidth])
    guard layer.slots.allSatisfy({ $0.width <= LayerRun.widestSlot / count }) else {
      throw reference.error("the layer's state is too large for a case")
    }
    let packed = try reference.batch(steps, count)
    pass = Pass(
      packed.steps, parameters: parameters, gradients: Buffer(count: parameters.count), arena: Arena(), mode: mode)
    let x = pass.arena.matrix(packed.steps.rows, layer.inputWidth)
    packed.pack(input, width: layer.inputWidth, into: x)
    let arena = pass.arena
    let given = layer.slots.filter { reference.has("state.\($0.name)") }
    let initial = try given.map {
      try packed.matrix(LayerRun.first($0, count, reference), width: $0.width, arena)
    }
    let stateful = !given.isEmpty && given.count == layer.slots.count
    let (result, pullback) = layer.forward(x, from: stateful ? initial : nil, pass)
    output = packed.unpack(result.rows, steps: steps)
    state = result.state.map(packed.restore)
    guard mode == .training else {
      (inputGradient, stateGradient) = ([], [])
      return
    }
    let dy = pass.arena.matrix(packed.steps.rows, layer.outputWidth)
    let gradientOfOutput = try reference.values("grad_output", [steps, count, layer.outputWidth])
    packed.pack(gradientOfOutput, width: layer.outputWidth, into: dy)
    let gradient = pullback(SequenceGradient(rows: dy))
    inputGradient = packed.unpack(gradient.input, steps: steps)
    stateGradient = !stateful ? [] : gradient.state.map(packed.restore)
  }

  /// The case's values for a slot, [count, width].
  private static func first(_ slot: StateSlot, _ count: Int, _ reference: ReferenceCase) throws -> [Float] {
    let (name, shape) = ("state.\(slot.name)", [count, slot.width])
    guard case .count(let limit) = slot.domain else { return try reference.values(name, shape) }
    return try reference.integers(name, shape) { (0...limit).contains($0) }.map(Float.init)
  }
}
