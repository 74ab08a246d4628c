import UnrollKernels

/// A sequence model under comparison, or a layer of one: rows of width *in* to rows of width *out* over packed steps.
///
/// Run over whole sequences, or step by step: as a stream, or as a pass of one step with the state of the step before.
public protocol SequenceLayer {
  /// Width of its input's rows.
  var inputWidth: Int { get }
  /// Width of its output's rows.
  var outputWidth: Int { get }
  /// Width of its summary. By default `outputWidth`.
  var summaryWidth: Int { get }
  /// What is carried from step to step.
  var slots: [StateSlot] { get }
  /// Output t depends on inputs 1…t alone, so that it can be streamed.
  var isCausal: Bool { get }
  /// Multiply-adds for one token in a long sequence.
  var multiplyAdds: Int { get }
  /// Its parameters run by every algorithm that there is (convolution, recurrence, scan), where there are several; all agree.
  var algorithms: [Algorithm] { get }
  /// The layers that it is made of.
  var innerLayers: [any SequenceLayer] { get }
  /// Figures about the layer itself, for the record of a run (`discretisation error`). Of several layers the largest counts.
  func measurements(_ pass: Pass) -> [String: Double]

  /// Runs it over whole sequences.
  ///
  /// - Parameters:
  ///   - x: [R, inputWidth].
  ///   - state: one matrix [B, width] a slot, or nil for the empty state.
  ///   - pass: memory, parameters, mode and randomness.
  /// - Returns: rows, summary and final state, and the way from their gradients to those of `x` and of the initial state.
  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)

  /// One step, over and over, of a layer that is causal. By default through `forward`.
  ///
  /// - Parameters:
  ///   - x: [B, inputWidth], where every step finds its input.
  ///   - pass: of one step, in evaluation; its memory is the stream's (`Pass.streaming`).
  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream

  /// A stream whose output is the summary of all steps so far, [B, summaryWidth]. By default the row of the step.
  func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream
}

/// A layer as one of its algorithms runs it.
public struct Algorithm {
  /// As `unroll check` names it.
  public let name: String
  /// Runs the same function with the same parameters.
  public let layer: any SequenceLayer

  /// A way to run a layer that a check holds against the others.
  public init(_ name: String, _ layer: any SequenceLayer) { (self.name, self.layer) = (name, layer) }
}

extension SequenceLayer {
  public var summaryWidth: Int { outputWidth }
  public var algorithms: [Algorithm] { [] }
  public var innerLayers: [any SequenceLayer] { [] }
  public func measurements(_ pass: Pass) -> [String: Double] {
    innerLayers.reduce(into: [:]) { $0.merge($1.measurements(pass)) { max($0, $1) } }
  }
  public var isCausal: Bool { true }
  public func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream { stream(x, pass) }

  /// The empty state of `count` sequences.
  public func emptyState(_ count: Int, _ arena: Arena) -> [Matrix] { slots.empty(count, arena) }
}
