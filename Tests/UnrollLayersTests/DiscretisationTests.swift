import CLibrary
import Testing
import UnrollCore
import UnrollKernels

@testable import UnrollLayers

/// Discretisations of the dense state space against the exact solution, and its HiPPO matrices.
@Suite struct DiscretisationTests {
  /// The relative error of one step of one channel.
  private func error(_ matrix: SSMOptions.Start, _ hold: Hold, _ dt: Double, state: Int = 6) -> Double {
    let (a, b) = matrix.system(state, RandomSource(seed: 4))
    let arena = Arena()
    func made(_ values: [Float], _ rows: Int) -> Matrix {
      let made = arena.matrix(rows, values.count / rows)
      made.assign(values)
      return made
    }
    let logDt = Float(log(dt))
    let system = DiscreteSystem(channels: 1, timeSteps: 1, stateSize: state)
    Kernels.discretise(a: made(a, state), b: made(b, 1), logDt: made([logDt], 1), by: hold, into: system)
    return withExtendedLifetime(arena) {
      DiscretisationError.relative(
        transition: system.transition(of: 0), input: system.input(of: 0), a.map(Double.init), b.map(Double.init),
        exp(Double(logDt)))
    }
  }

  @Test(arguments: SSMOptions.Start.allCases, [1e-4, 1e-3, 0.01, 0.1, 1])
  func zeroOrderHoldIsExact(_ matrix: SSMOptions.Start, _ dt: Double) {
    #expect(error(matrix, .zeroOrder, dt) < 1e-11)
  }

  /// Shards share the layer, and chance says which of them comes first: none of them lends the memory for it.
  @Test func theMemoryOfAPassIsLeftAlone() {
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = SSMOptions().stateSpace(5, builder)
    let pass = Pass.streaming(1, Parameters(builder))
    for _ in 0..<2 {
      let system = layer.discretised(pass)
      #expect(system.transition(of: 4).contains { $0 != 0 } && pass.arena.capacity == 0)
      pass.parameters.changed()
    }
  }

  /// From step to step of half the size the error falls by 2^order.
  @Test(
    arguments: SSMOptions.Start.allCases,
    [(SSMOptions.Discretisation.euler, 1.0), (.backwardEuler, 1), (.bilinear, 2)])
  func errorFallsWithItsOrder(_ matrix: SSMOptions.Start, _ method: (SSMOptions.Discretisation, Double)) {
    let errors = [4e-4, 2e-4, 1e-4].map { error(matrix, method.0.hold, $0) }
    for (large, small) in zip(errors, errors.dropFirst()) {
      #expect(abs(log2(large / small) - method.1) < 0.05, "\(method.0): \(large), \(small)")
    }
  }

  /// A constant input of one is remembered as the constant function: A x + B = 0 at x = (1, 0, 0…) in every basis.
  @Test(arguments: [SSMOptions.Start.legs, .legt, .lagt, .fout])
  func aConstantIsRemembered(_ matrix: SSMOptions.Start) {
    let (a, b) = matrix.system(7, RandomSource(seed: 1))
    for n in 0..<7 { #expect(abs(a[7 * n] + b[n]) < 1e-6) }
  }

  /// Bases over the last unit of time forget what is older: exp(3A) is small beside exp(A/2).
  @Test(arguments: SSMOptions.Start.allCases)
  func systemsAreStable(_ matrix: SSMOptions.Start) {
    let (a, _) = matrix.system(9, RandomSource(seed: 1))
    func size(_ time: Double) -> Double {
      Kernels.exponential(a.map { time * Double($0) }, size: 9).reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    #expect(size(20) < 1e-3 * size(0.5))
  }

  /// LegS's normal part has eigenvalues −1/2 ± iω; for N = 2 is ω = √3/2.
  @Test func frequenciesOfLegS() {
    #expect(abs(HiPPO.normalFrequencies(2)[0] - 3.0.squareRoot() / 2) < 1e-12)
    let frequencies = HiPPO.normalFrequencies(64)
    let rising = zip(frequencies, frequencies.dropFirst()).allSatisfy { $0 < $1 }
    #expect(rising && frequencies[0] > 0)
  }
}
