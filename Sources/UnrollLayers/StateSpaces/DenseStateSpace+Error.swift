import CLibrary
import UnrollCore
import UnrollKernels

/// How far the discretisation is from the exact solution.
extension DenseStateSpace {
  package func measurements(_ system: DiscreteSystem, _ pass: Pass) -> [String: Double] {
    let (a, b) = (pass.value(self.a).array.map(Double.init), pass.value(self.b).array.map(Double.init))
    let dt = pass.value(logDt).array.map { exp(Double($0)) }
    let errors = dt.indices.map { g in
      DiscretisationError.relative(transition: system.transition(of: g), input: system.input(of: g), a, b, dt[g])
    }
    return [
      DenseStateSpace.timeStep: exp(dt.reduce(0) { $0 + log($1) } / Double(dt.count)),
      DenseStateSpace.discretisationError: errors.max()!,
    ]
  }

  /// What a record calls the measurements: the geometric mean of Δ, and the largest error of a step.
  package static let (timeStep, discretisationError) = ("time step", "discretisation error")
}

enum DiscretisationError {
  /// ‖[Ā B̄] − E‖ / ‖E − [I 0]‖ in the Frobenius norm, where E is the exact [Ā B̄]: the error of one step against what the step
  /// changes. It falls with Δ for Euler's methods, with Δ² for the bilinear transform.
  ///
  /// E comes as the square of the exponential over half a step. Zero-order hold asks the same routine, so for it this shows rounding
  /// alone; that it is right is shown against a series of their own in the tests.
  static func relative(transition: [Double], input: [Double], _ a: [Double], _ b: [Double], _ dt: Double) -> Double {
    let n = b.count
    let half = (0..<(n + 1) * (n + 1)).map { place -> Double in
      let (i, j) = (place / (n + 1), place % (n + 1))
      return i == n ? 0 : 0.5 * dt * (j == n ? b[i] : a[i * n + j])
    }
    let root = Kernels.exponential(half, size: n + 1)
    var (error, change) = (0.0, 0.0)
    for i in 0..<n {
      for j in 0...n {
        let exact = (0...n).reduce(0) { $0 + root[i * (n + 1) + $1] * root[$1 * (n + 1) + j] }
        let ours = j == n ? input[i] : transition[i * n + j]
        error += (ours - exact) * (ours - exact)
        change += (exact - (i == j ? 1 : 0)) * (exact - (i == j ? 1 : 0))
      }
    }
    return (error / change).squareRoot()
  }
}
