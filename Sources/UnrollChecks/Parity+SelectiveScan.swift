import UnrollKernels
import UnrollTraining

extension Parity {
  /// The scan alone, with Δ, B and C given for every step.
  static func selectiveScan(_ reference: ReferenceCase) throws -> [Comparison] {
    let shape = try reference.sizes("input", dimensions: 3)
    let (steps, count, channels) = (shape[0], shape[1], shape[2])
    let size = try reference.sizes("A", dimensions: 2)[1]
    let (packed, arena) = (PackedBatch(lengths: [Int](repeating: steps, count: count)), Arena())
    func rows(_ name: String, _ width: Int) throws -> Matrix {
      let matrix = arena.matrix(packed.steps.rows, width)
      packed.pack(try reference.values(name, [steps, count, width]), width: width, into: matrix)
      return matrix
    }
    func tensor(_ name: String, _ shape: [Int]) throws -> Matrix {
      let values = try reference.values(name, shape)
      let matrix = arena.matrix(values.count / shape.last!, shape.last!)
      matrix.assign(values)
      return matrix
    }
    let system = SelectiveSystem(
      a: try tensor("A", [channels, size]), d: try tensor("D", [channels]), u: try rows("input", channels),
      delta: try rows("delta", channels), b: try rows("B", size), c: try rows("C", size), initial: nil)
    let (y, final) = (arena.matrix(packed.steps.rows, channels), arena.matrix(count, channels * size))
    let checkpoints = Kernels.selectiveScan(system, packed.steps, arena: arena, wayBack: true, y: y, final: final)!
    let (du, dDelta) = (arena.matrix(y.rows, channels), arena.matrix(y.rows, channels))
    let (dA, dD) = (arena.zeros(channels, size), arena.zeros(1, channels))
    let (dB, dC) = (arena.zeros(y.rows, size), arena.zeros(y.rows, size))
    Kernels.selectiveScanBack(
      system, packed.steps, arena: arena, checkpoints: checkpoints, dy: try rows("grad_output", channels),
      SelectiveGradient(addA: dA, addD: dD, u: du, delta: dDelta, addB: dB, addC: dC, initial: nil))
    let unpacked = [("output", y), ("grad.input", du), ("grad.delta", dDelta), ("grad.B", dB), ("grad.C", dC)]
    return try unpacked.map { try reference.compare($0, packed.unpack($1, steps: steps)) } + [
      try reference.compare("last_state", packed.restore(final)), try reference.compare("grad.A", dA.array),
      try reference.compare("grad.D", dD.array),
    ]
  }
}
