import UnrollKernels

/// A linear system for each of H channels, as `StateSpaceLayer` runs it: what its parameters are in discrete time.
///
///     x_t = Ā x_{t−1} + B̄ u_t,  y_t = C x_t + D u_t
package protocol StateSpace {
  /// Ā and B̄ of every channel, or gradients of them.
  associatedtype Discrete

  var c: Parameter { get }
  /// H
  var channels: Int { get }
  /// N: floats of state of one channel.
  var stateSize: Int { get }
  /// For a token, as a recurrence.
  var multiplyAdds: Int { get }

  /// Zeros in memory of its own, or undefined contents in the arena's.
  func discrete(in arena: Arena?) -> Discrete
  /// Ā and B̄ of the parameters.
  func discretise(into system: Discrete, _ pass: Pass)
  /// From gradients of Ā and B̄ to those of the parameters, which are added.
  func discretiseBack(_ gradient: Discrete, _ pass: Pass)

  /// kernel [H, T]: k_l = C Ā^l B̄.
  func kernel(_ system: Discrete, _ pass: Pass, into kernel: Matrix)
  /// Writes the gradients of Ā and B̄, adds that of C.
  func kernelBack(_ system: Discrete, _ dKernel: Matrix, _ pass: Pass, into gradient: Discrete)

  /// y_t += C Ā^{t+1} x_0, for x_0 [B, H·N] and y [R, H].
  func addInitialState(_ x0: Matrix, _ system: Discrete, _ pass: Pass, to y: Matrix)
  /// Adds to the gradients of Ā and C, writes that of x_0.
  func initialStateBack(
    _ x0: Matrix, _ system: Discrete, dy: Matrix, _ pass: Pass, addTo gradient: Discrete, dX0: Matrix)
  /// x [B, H·N]: the state after each sequence's last step.
  func finalState(_ u: Matrix, _ x0: Matrix?, _ system: Discrete, _ pass: Pass, into x: Matrix)

  /// Step by step: x [B, H·N] is the state before, then after.
  func recur(
    _ u: Matrix, c: Matrix, d: Matrix, _ system: Discrete, _ steps: PackedSteps, arena: Arena, state x: Matrix,
    into y: Matrix)

  /// As `SequenceLayer.measurements`.
  func measurements(_ system: Discrete, _ pass: Pass) -> [String: Double]
}

extension StateSpace {
  package func measurements(_ system: Discrete, _ pass: Pass) -> [String: Double] { [:] }
}

extension ParameterGroup {
  /// What a system's poles and time steps are made from: decay would move them.
  static func stateSpace(_ learningRateFactor: Double) -> ParameterGroup {
    ParameterGroup(name: "state-space", learningRateFactor: learningRateFactor, weightDecay: false)
  }

  /// C and D, which their users train at the full rate; decay would pull the system's output to zero.
  static let stateSpaceOutput = ParameterGroup(name: "state-space output", learningRateFactor: 1, weightDecay: false)
}
