import UnrollCore
import UnrollKernels
import UnrollLayers

/// Losses, optimisers and clipping of the reference cases.
extension Parity {
  static func crossEntropy(_ reference: ReferenceCase) throws -> [Comparison] {
    let logits = try reference["logits"]
    let targets = try reference["targets"].integers.map(Int32.init)
    let buffer = Buffer(count: logits.values.count)
    let rows = buffer.matrix(rows: targets.count, columns: logits.shape.last!)
    rows.assign(logits.values)
    let counted = targets.count { $0 != Kernels.ignoredTarget }
    let (evaluated, _) = Kernels.evaluateLogits(rows, targets: targets)
    let sums = Kernels.softmaxLoss(rows, targets: targets, weight: 1 / Float(counted))
    return [
      try reference.compare("loss", [Float(sums.mean)]), try reference.compare("loss", [Float(evaluated.mean)]),
      try reference.compare("grad.logits", rows.array),
    ]
  }

  static func optimiser(_ reference: ReferenceCase) throws -> [Comparison] {
    var options = OptimiserOptions()
    options.kind = OptimiserOptions.Kind(rawValue: reference.option("kind")) ?? .adam
    options.learningRate = try reference.number("lr")
    if let decay = Double(reference.option("weight_decay")) { options.weightDecay = decay }
    if let epsilon = Double(reference.option("eps")) { options.epsilon = epsilon }
    if let momentum = Double(reference.option("momentum")) { options.momentum = momentum }
    if let alpha = Double(reference.option("alpha")) { options.alpha = alpha }
    options.nesterov = reference.option("nesterov") == "True"
    let (start, gradients) = (try reference["start"], try reference["gradients"])
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let parameter = builder.add("p", start.shape, .given(start.values))
    let parameters = Parameters(builder)
    let optimiser = Optimiser(options, parameters)
    let slab = Buffer(count: parameters.count)
    var ours: [Float] = []
    for step in 0..<gradients.shape[0] {
      let range = step * start.values.count..<(step + 1) * start.values.count
      parameter.view(in: slab).assign(Array(gradients.values[range]))
      optimiser.step(slab, learningRate: options.learningRate)
      ours += parameters.value(parameter).array
    }
    return [try reference.compare("expected", ours)]
  }

  static func clipping(_ reference: ReferenceCase) throws -> [Comparison] {
    let (a, b) = (try reference["grad_a"].values, try reference["grad_b"].values)
    let slab = Buffer(count: a.count + b.count)
    let all = slab.matrix(rows: 1, columns: slab.count)
    all.assign(a + b)
    let norm = Kernels.sumOfSquares(all).squareRoot()
    Kernels.scale(all, by: Float(Clipping.factor(norm: norm, maximum: try reference.number("max_norm"))))
    return [
      try reference.compare("total_norm", [Float(norm)]),
      try reference.compare("clipped_a", Array(all.array[..<a.count])),
      try reference.compare("clipped_b", Array(all.array[a.count...])),
    ]
  }
}
