import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// The gradients of a linear system's final state against differences of the recurrence in double precision.
@Suite struct FinalStateTests {
  private let pool = Pool()
  private let channels = 9
  /// Of a state: odd, and a remainder of every block.
  private let size = 3

  /// Memory whose contents tell whether somebody wrote to it.
  private func marked() -> Arena {
    let arena = Arena()
    arena.matrix(1, 1 << 16).fill(7)
    arena.reset()
    return arena
  }

  private func isMarked(_ arena: Arena) -> Bool { arena.matrix(1, 1 << 10).array.allSatisfy { $0 == 7 } }

  /// From gradients, added twice, to half of them beside the slopes of Σ w ⊙ x, x = `final`(inputs), by every input.
  private func expectSlopes(_ twice: [[Float]], _ inputs: [[Double]], _ w: Matrix, _ final: ([[Double]]) -> [Double]) {
    for (which, gradient) in twice.enumerated() {
      let slopes = inputs[which].indices.map { place in
        derivative { step in
          var moved = inputs
          moved[which][place] += step
          return zip(final(moved), w.doubles).reduce(0) { $0 + $1.0 * $1.1 }
        }
      }
      #expect(distance(gradient.map { 0.5 * $0 }, slopes) < 3e-6, "input \(which)")
    }
  }

  /// The final states [B, H·N] of a recurrence, of which `step` is one step of channel h.
  private func final(
    _ steps: PackedSteps, _ u: [Double], _ x0: [Double], _ step: (_ h: Int, _ x: ArraySlice<Double>, Double) -> [Double]
  ) -> [Double] {
    var x = x0
    let width = x0.count / steps.sequences / channels
    for t in 0..<steps.steps {
      for (b, row) in steps.range(t).enumerated() {
        for h in 0..<channels {
          let own = (b * channels + h) * width..<(b * channels + h + 1) * width
          x.replaceSubrange(own, with: step(h, x[own], u[row * channels + h]))
        }
      }
    }
    return x
  }

  /// One time step for all channels, groups of different size, and one a channel; lengths of one, of powers of two, and of others.
  @Test(arguments: [1, 4, 9], [[23, 16, 16, 3, 1], [8, 8], [1]])
  func dense(_ timeSteps: Int, _ lengths: [Int]) {
    let (n, steps) = (size, PackedSteps(lengths: lengths))
    let system = DiscreteSystem(channels: channels, timeSteps: timeSteps, stateSize: n)
    let (a, b, logDt) = (pool.normal(n, n, deviation: 0.3), pool.normal(1, n), pool.normal(1, timeSteps))
    for i in 0..<n { a[i, i] -= 0.5 }
    Kernels.discretise(a: a, b: b, logDt: logDt, into: system)
    let (u, x0) = (pool.normal(steps.rows, channels), pool.normal(steps.sequences, channels * n))
    let w = pool.normal(steps.sequences, channels * n)
    let gradient = DiscreteSystem(channels: channels, timeSteps: timeSteps, stateSize: n)
    let (dU, dX0) = (pool.matrix(u.rows, channels), pool.matrix(x0.rows, x0.columns))
    let arena = marked()
    for _ in 0..<2 {
      system.finalStateBack(u, from: x0, steps, arena: arena, dX: w, addTo: gradient, addU: dU, addX0: dX0)
    }
    #expect(isMarked(arena), "written beyond what was lent")
    func each(_ values: (Int) -> [Double]) -> [Double] { (0..<timeSteps).flatMap(values) }
    let inputs = [each(system.transition), each(system.input), u.doubles, x0.doubles]
    let ours = [each(gradient.transition).map(Float.init), each(gradient.input).map(Float.init), dU.array, dX0.array]
    expectSlopes(ours, inputs, w) { inputs in
      final(steps, inputs[2], inputs[3]) { h, x, u in
        (0..<n).map { i in
          (0..<n).reduce(inputs[1][h % timeSteps * n + i] * u) {
            $0 + inputs[0][(h % timeSteps * n + i) * n + $1] * x[x.startIndex + $1]
          }
        }
      }
    }
  }

  @Test(arguments: [DiagonalSystem.Modes.real, .pairs], [[23, 16, 16, 3, 1], [8, 8], [1]])
  func diagonal(_ modes: DiagonalSystem.Modes, _ lengths: [Int]) {
    let (n, steps, pairs) = (size, PackedSteps(lengths: lengths), modes == .pairs)
    let system = DiagonalSystem(channels: channels, count: n, modes: modes)
    let parameters = DiagonalParameters(
      logDt: pool.normal(1, channels, deviation: 0.5), logReal: pool.normal(channels, n, deviation: 0.5),
      imaginary: pairs ? pool.normal(channels, n) : nil)
    Kernels.discretise(parameters, bilinear: false, into: system)
    let (u, x0) = (pool.normal(steps.rows, channels), pool.normal(steps.sequences, channels * system.stateSize))
    let w = pool.normal(x0.rows, x0.columns)
    let gradient = DiagonalSystem(channels: channels, count: n, modes: modes)
    let (dU, dX0) = (pool.matrix(u.rows, channels), pool.matrix(x0.rows, x0.columns))
    let arena = marked()
    for _ in 0..<2 {
      system.finalStateBack(u, from: x0, steps, arena: arena, dX: w, addTo: gradient, addU: dU, addX0: dX0)
    }
    #expect(isMarked(arena), "written beyond what was lent")
    // Imaginary parts of real systems are no inputs.
    let parts = pairs ? 2 : 1
    func each(_ values: (Int) -> [Double]) -> [Double] { (0..<channels).flatMap { values($0)[..<(parts * n)] } }
    let inputs = [each(system.transition), each(system.input), u.doubles, x0.doubles]
    let ours = [each(gradient.transition).map(Float.init), each(gradient.input).map(Float.init), dU.array, dX0.array]
    expectSlopes(ours, inputs, w) { inputs in
      final(steps, inputs[2], inputs[3]) { h, x, u in
        let (l, b, re) = (inputs[0][(h * parts * n)...], inputs[1][(h * parts * n)...], Array(x[..<(x.startIndex + n)]))
        let im = pairs ? Array(x[(x.startIndex + n)...]) : [Double](repeating: 0, count: n)
        func imaginary(_ values: ArraySlice<Double>, _ i: Int) -> Double {
          pairs ? values[values.startIndex + n + i] : 0
        }
        let real = (0..<n).map { i in
          l[l.startIndex + i] * re[i] - imaginary(l, i) * im[i] + b[b.startIndex + i] * u
        }
        guard pairs else { return real }
        return real
          + (0..<n).map { i in l[l.startIndex + i] * im[i] + imaginary(l, i) * re[i] + imaginary(b, i) * u }
      }
    }
  }
}
