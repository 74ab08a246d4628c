import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// The diagonal state space: kernel and gradients against sums of powers in plain double precision.
@Suite struct DiagonalTests {
  private let pool = Pool()
  private let channels = 11
  private let modes = 3

  /// k_l of every channel, from log Δ, log(−Re A), Im A and C.
  private func kernel(_ inputs: [[Double]], _ length: Int, bilinear: Bool, pairs: Bool) -> [Double] {
    (0..<channels * length).map { place in
      let (h, l, dt) = (place / length, place % length, exp(inputs[0][place / length]))
      return (0..<modes).reduce(0.0) { sum, n in
        let (re, im) = (-exp(inputs[1][h * modes + n]), pairs ? inputs[2][h * modes + n] : 0)
        // λ = p/q, b = r/s, as complex numbers.
        let near = (1 - dt * re / 2, -dt * im / 2)
        let lambda =
          bilinear
          ? divided((1 + dt * re / 2, dt * im / 2), near) : (exp(dt * re) * cos(dt * im), exp(dt * re) * sin(dt * im))
        let b = bilinear ? divided((dt, 0), near) : divided((lambda.0 - 1, lambda.1), (re, im))
        let (size, angle) = (pow(hypot(lambda.0, lambda.1), Double(l)), atan2(lambda.1, lambda.0) * Double(l))
        let term = (
          b.0 * size * cos(angle) - b.1 * size * sin(angle), b.0 * size * sin(angle) + b.1 * size * cos(angle)
        )
        let c = h * modes + n
        return sum + (pairs ? 2 * (inputs[3][2 * c] * term.0 - inputs[3][2 * c + 1] * term.1) : inputs[3][c] * term.0)
      }
    }
  }

  private func divided(_ a: (Double, Double), _ b: (Double, Double)) -> (Double, Double) {
    let size = b.0 * b.0 + b.1 * b.1
    return ((a.0 * b.0 + a.1 * b.1) / size, (a.1 * b.0 - a.0 * b.1) / size)
  }

  @Test(arguments: [(1, false, true), (2, true, true), (7, false, false), (40, true, true), (77, false, true)])
  func kernelAndItsGradient(_ form: (length: Int, bilinear: Bool, pairs: Bool)) {
    let (h, length) = (channels, form.length)
    let parts = form.pairs ? 2 : 1
    let (logDt, logReal) = (pool.normal(1, h, deviation: 0.5), pool.normal(h, modes, deviation: 0.5))
    let (imaginary, c) = (pool.normal(h, modes), pool.normal(h, modes * parts))
    let weights = pool.normal(h, length)
    let parameters = DiagonalParameters(logDt: logDt, logReal: logReal, imaginary: form.pairs ? imaginary : nil)
    let system = DiagonalSystem(channels: h, count: modes, modes: form.pairs ? .pairs : .real)
    Kernels.discretise(parameters, bilinear: form.bilinear, into: system)
    let ours = pool.matrix(h, length)
    system.kernel(c: c, arena: pool.arena, into: ours)
    let inputs = [logDt, logReal, imaginary, c].map(\.doubles)
    func twin(_ inputs: [[Double]]) -> [Double] {
      kernel(inputs, length, bilinear: form.bilinear, pairs: form.pairs)
    }
    #expect(distance(ours.array, twin(inputs)) < 1e-6)
    let gradient = DiagonalSystem(channels: h, count: modes, modes: system.modes)
    let (dDt, dReal, dImaginary, dC) = (
      pool.matrix(1, h), pool.matrix(h, modes), pool.matrix(h, modes), pool.matrix(h, modes * parts)
    )
    system.kernelBack(weights, c: c, arena: pool.arena, into: gradient, addC: dC)
    Kernels.discretiseBack(
      parameters, bilinear: form.bilinear, gradient: gradient,
      add: DiagonalParameters(logDt: dDt, logReal: dReal, imaginary: form.pairs ? dImaginary : nil))
    for (which, ours) in [dDt, dReal, dImaginary, dC].enumerated() where which != 2 || form.pairs {
      let slopes = inputs[which].indices.map { place in
        derivative { step in
          var moved = inputs
          moved[which][place] += step
          return zip(twin(moved), weights.doubles).reduce(0) { $0 + $1.0 * $1.1 }
        }
      }
      #expect(distance(ours.array, slopes) < 3e-6, "input \(which)")
    }
  }
}
