import UnrollKernels

/// A linear system for each of H channels, as `StateSpaceLayer` runs it: its parameters, and what they are in discrete time.
package protocol StateSpace {
  /// Ā and B̄ of every channel, or gradients of them.
  associatedtype Discrete: LinearSystem

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
