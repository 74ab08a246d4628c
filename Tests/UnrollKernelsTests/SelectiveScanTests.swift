import TestSupport
import Testing
import UnrollKernels

/// The selective scan against its equation in double precision, and its gradients against differences of the equation.
@Suite struct SelectiveScanTests {
  private let pool = Pool()

  /// Inputs in the order u, Δ, A, b, c, D, x₀.
  private func twin(_ steps: PackedSteps, _ inputs: [[Double]]) -> (y: [Double], final: [Double]) {
    Twin.selectiveScan(
      steps, u: inputs[0], delta: inputs[1], a: inputs[2], b: inputs[3], c: inputs[4], d: inputs[5], from: inputs[6])
  }

  /// More steps than a checkpoint spans; a tile of channels and a remainder; states so large that tiles go one by one; and few.
  @Test(arguments: [([37, 16, 5, 1], 19, 3), ([18, 2], 19, 70), ([7], 5, 1), ([3, 3], 32, 16)])
  func forwardAndBack(_ lengths: [Int], _ channels: Int, _ size: Int) {
    let steps = PackedSteps(lengths: lengths)
    let (rows, count) = (steps.rows, lengths.count)
    let (u, delta) = (pool.normal(rows, channels), pool.normal(rows, channels))
    delta.assign(delta.array.map { 0.05 + 0.2 * abs($0) })
    let a = pool.normal(channels, size)
    a.assign(a.array.map { -0.1 - abs($0) })
    // Columns of a wider matrix, as a layer has them.
    let both = pool.normal(rows, 2 * size + 1)
    let (b, c) = (both.columns(1..<size + 1), both.columns(size + 1..<2 * size + 1))
    let (d, x0) = (pool.normal(1, channels), pool.normal(count, channels * size))
    let (y, final, dy) = (pool.matrix(rows, channels), pool.matrix(count, x0.columns), pool.normal(rows, channels))
    let system = SelectiveSystem(a: a, d: d, u: u, delta: delta, b: b, c: c, initial: x0)
    let checkpoints = Kernels.selectiveScan(system, steps, arena: pool.arena, wayBack: true, y: y, final: final)!
    let inputs = [u, delta, a, b, c, d, x0].map(\.doubles)
    let expected = twin(steps, inputs)
    #expect(distance(y.array, expected.y) < 1e-6 && distance(final.array, expected.final) < 1e-6)

    let ours = [u, delta, a, both, d, x0].map { pool.matrix($0.rows, $0.columns) }
    let (db, dc) = (ours[3].columns(1..<size + 1), ours[3].columns(size + 1..<2 * size + 1))
    let dFinal = pool.normal(count, x0.columns)
    Kernels.selectiveScanBack(
      system, steps, arena: pool.arena, checkpoints: checkpoints, dy: dy, dFinal: dFinal,
      SelectiveGradient(
        addA: ours[2], addD: ours[4], u: ours[0], delta: ours[1], addB: db, addC: dc, initial: ours[5]))
    for (which, gradient) in [ours[0], ours[1], ours[2], db, dc, ours[4], ours[5]].enumerated() {
      let places = Array(stride(from: 0, to: inputs[which].count, by: max(1, inputs[which].count / 40)))
      let slopes = places.map { place in
        derivative { step in
          var moved = inputs
          moved[which][place] += step
          let (y, final) = twin(steps, moved)
          return zip(y + final, dy.doubles + dFinal.doubles).reduce(0) { $0 + $1.0 * $1.1 }
        }
      }
      let all = gradient.array
      #expect(distance(places.map { all[$0] }, slopes) < 3e-6, "input \(which)")
    }
  }

  /// Δ A far beyond what exp can hold, and Δ of zero: the state is forgotten at once, or kept as it is.
  @Test func extremesStayFinite() {
    let steps = PackedSteps(lengths: [4, 3])
    let delta = pool.matrix(steps.rows, 2, [0, 1e6, 0, 1e6, 1e-30, 1e4, 0, 88, 0, 1, 0, 1, 0, 1e6])
    let (u, bc) = (pool.normal(steps.rows, 2), pool.normal(steps.rows, 3))
    let (a, d, x0) = (pool.matrix(2, 3, [-1, -2, -3, -1, -10, -100]), pool.matrix(1, 2), pool.normal(2, 6))
    let (y, final, dy) = (pool.matrix(steps.rows, 2), pool.matrix(2, 6), pool.normal(steps.rows, 2))
    let system = SelectiveSystem(a: a, d: d, u: u, delta: delta, b: bc, c: bc, initial: x0)
    let checkpoints = Kernels.selectiveScan(system, steps, arena: pool.arena, wayBack: true, y: y, final: final)!
    let ours = [a, d, u, delta, bc, bc, x0].map { pool.matrix($0.rows, $0.columns) }
    Kernels.selectiveScanBack(
      system, steps, arena: pool.arena, checkpoints: checkpoints, dy: dy,
      SelectiveGradient(
        addA: ours[0], addD: ours[1], u: ours[2], delta: ours[3], addB: ours[4], addC: ours[5], initial: ours[6]))
    #expect((ours + [y, final]).allSatisfy(Kernels.isFinite))
    #expect(distance(final.columns(0..<3).array, x0.columns(0..<3).doubles) < 1e-6)
  }
}
