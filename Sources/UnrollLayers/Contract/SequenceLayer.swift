import UnrollKernels

/// One tensor that a sequence layer carries from step to step: `width` floats a sequence.
public struct StateSlot: Equatable, Sendable {
  public let name: String
  public let width: Int
  /// The value that means "nothing seen yet".
  public let empty: Float
  /// What its values may be.
  public let domain: Domain
  /// Whether beginning elsewhere than empty makes a difference that can be trained.
  public let learnable: Bool

  public enum Domain: Equatable, Sendable {
    case real
    /// Above zero, once something has been seen (a normaliser).
    case positive
    /// Whole numbers 0…limit (tokens seen so far); carries no gradient.
    case count(Int)
  }

  public init(_ name: String, _ width: Int, empty: Float = 0, learnable: Bool = true, _ domain: Domain = .real) {
    self.name = name
    self.width = width
    self.empty = empty
    self.domain = domain
    self.learnable = learnable && domain == .real && empty == 0
  }

  /// The same slot under its name in a larger layer.
  func named(_ name: String) -> StateSlot { StateSlot(name, width, empty: empty, learnable: learnable, domain) }
}

/// What a sequence layer returns.
public struct SequenceOutput {
  /// [R, outputWidth], packed like the input.
  public var rows: Matrix
  /// [B, summaryWidth]: the sequence as a whole. The output of the last step unless the layer says otherwise.
  public var summary: Matrix
  /// One [B, width] matrix a slot: the state after each sequence's last step.
  public var state: [Matrix]

  public init(rows: Matrix, summary: Matrix, state: [Matrix]) {
    self.rows = rows
    self.summary = summary
    self.state = state
  }
}

/// Gradient of a `SequenceOutput`; what is nil is zero. (The final state carries none: training across chunks is truncated.)
public struct SequenceGradient {
  public var rows: Matrix?
  public var summary: Matrix?

  public init(rows: Matrix? = nil, summary: Matrix? = nil) {
    self.rows = rows
    self.summary = summary
  }
}

/// From the gradient of an output to those of the input rows and of the initial state (which may be left out where no state
/// was given). Call it at most once.
public typealias SequencePullback = (SequenceGradient) -> (input: Matrix, state: [Matrix])

/// A sequence model under comparison, or a part of one: rows of width *in* to rows of width *out* over packed steps.
///
/// Run over whole sequences, or step by step: as a stream, or as a pass of one step with the state of the step before.
public protocol SequenceLayer {
  var inputWidth: Int { get }
  var outputWidth: Int { get }
  var summaryWidth: Int { get }
  /// What is carried from step to step.
  var slots: [StateSlot] { get }
  /// Output t depends on inputs 1…t alone, so that it can be streamed.
  var isCausal: Bool { get }
  /// Multiply-adds for one token in a long sequence.
  var multiplyAdds: Int { get }
  /// The same parameters run in every way that there is (convolution, recurrence, scan), where there are several; all agree.
  var ways: [Way] { get }
  /// The layers that it is made of.
  var innerLayers: [any SequenceLayer] { get }
  /// Figures about the layer itself, for the record of a run (`discretisation error`). Of several layers the largest counts.
  func measurements(_ pass: Pass) -> [String: Double]

  /// - Parameters:
  ///   - x: [R, inputWidth].
  ///   - state: one matrix [B, width] a slot, or nil for the empty state.
  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)

  /// One step, over and over, of a layer that is causal. By default through `forward`.
  ///
  /// - Parameters:
  ///   - x: [B, inputWidth], where every step finds its input.
  ///   - pass: of one step, in evaluation; its memory is the stream's (`Pass.streaming`).
  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream

  /// The same with the summary of all steps so far as its output, [B, summaryWidth]. By default the row of the step.
  func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream
}

/// A way of running a layer.
public struct Way {
  public let name: String
  public let layer: any SequenceLayer

  public init(_ name: String, _ layer: any SequenceLayer) { (self.name, self.layer) = (name, layer) }
}

extension SequenceLayer {
  public var summaryWidth: Int { outputWidth }
  public var ways: [Way] { [] }
  public var innerLayers: [any SequenceLayer] { [] }
  public func measurements(_ pass: Pass) -> [String: Double] {
    innerLayers.reduce(into: [:]) { $0.merge($1.measurements(pass)) { max($0, $1) } }
  }
  public var isCausal: Bool { true }
  public func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream { stream(x, pass) }

  /// The empty state of `count` sequences.
  public func emptyState(_ count: Int, _ arena: Arena) -> [Matrix] { slots.empty(count, arena) }
}

extension [StateSlot] {
  /// The empty state of `count` sequences.
  func empty(_ count: Int, _ arena: Arena) -> [Matrix] {
    map { slot in
      let matrix = arena.matrix(count, slot.width)
      matrix.fill(slot.empty)
      return matrix
    }
  }
}

extension SequenceOutput {
  /// The usual output: the summary is the row of the last step.
  init(rows: Matrix, state: [Matrix], _ pass: Pass) {
    let summary = pass.arena.matrix(pass.steps.sequences, rows.columns)
    Kernels.gather(rows, pass.steps.lastRows, into: summary)
    self.init(rows: rows, summary: summary, state: state)
  }
}

extension SequenceGradient {
  /// The gradient of all rows [R, width], with the summary's part at each sequence's last step.
  func total(_ width: Int, _ pass: Pass) -> Matrix {
    guard let summary else { return rows ?? pass.arena.zeros(pass.steps.rows, width) }
    let all = rows.map(pass.arena.copy) ?? pass.arena.zeros(pass.steps.rows, width)
    Kernels.scatterAdd(summary, pass.steps.lastRows, to: all)
    return all
  }
}
