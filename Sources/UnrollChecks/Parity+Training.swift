import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// Optimisers and clipping of the reference cases.
extension Parity {
  static func optimiser(_ reference: ReferenceCase) throws -> [Comparison] {
    var options = OptimiserOptions()
    let names = [
      "kind": "optimiser", "lr": "learning_rate", "weight_decay": "weight_decay", "eps": "epsilon",
      "momentum": "momentum", "alpha": "alpha", "nesterov": "nesterov",
    ]
    let given = names.sorted { $0.key < $1.key }.filter { !reference.option($0.key).isEmpty }
    let entries = given.map { ($0.value, reference.option($0.key).lowercased()) }
    try options.apply(reference.settings(entries), "the metadata")
    let shape = try reference.sizes("gradients", dimensions: 3)
    let (size, start) = (shape[1] * shape[2], try reference.values("start", Array(shape[1...])))
    let gradients = try reference.values("gradients", shape)
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let parameter = builder.add("p", Array(shape[1...]), .given(start))
    let parameters = Parameters(builder)
    let optimiser = Optimiser(options, parameters)
    let slab = Buffer(count: parameters.count)
    var ours: [Float] = []
    for step in 0..<shape[0] {
      parameter.view(in: slab).assign(Array(gradients[step * size..<(step + 1) * size]))
      optimiser.step(slab, learningRate: options.learningRate)
      ours += parameters.value(parameter).array
    }
    return [try reference.compare("expected", ours)]
  }

  static func clipping(_ reference: ReferenceCase) throws -> [Comparison] {
    let a = try reference.values("grad_a", reference.sizes("grad_a", dimensions: 2))
    let b = try reference.values("grad_b", reference.sizes("grad_b", dimensions: 1))
    let slab = Buffer(count: a.count + b.count)
    let all = slab.row
    all.assign(a + b)
    let norm = Kernels.sumOfSquares(all).squareRoot()
    Kernels.scale(all, by: Float(Clipping.factor(norm: norm, maximum: try reference.number("max_norm", in: 0...1e9))))
    return [
      try reference.compare("total_norm", [Float(norm)]),
      try reference.compare("clipped_a", Array(all.array[..<a.count])),
      try reference.compare("clipped_b", Array(all.array[a.count...])),
    ]
  }
}
