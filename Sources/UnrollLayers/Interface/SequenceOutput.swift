import UnrollKernels

/// What a sequence layer returns.
public struct SequenceOutput {
  /// [R, outputWidth], packed like the input.
  public var rows: Matrix
  /// One [B, width] matrix a slot: the state after each sequence's last step.
  public var state: [Matrix]
  private let whole: Whole

  private enum Whole {
    case lastSteps(of: Matrix, Pass)
    case given(Matrix)
  }

  /// The usual output, whose summary is the row of the last step.
  public init(rows: Matrix, state: [Matrix], _ pass: Pass) {
    (self.rows, self.state, whole) = (rows, state, .lastSteps(of: rows, pass))
  }

  /// An output with a summary of its own, [B, summaryWidth].
  public init(rows: Matrix, summary: Matrix, state: [Matrix]) {
    (self.rows, self.state, whole) = (rows, state, .given(summary))
  }

  /// [B, summaryWidth]: the sequence as a whole. Rows of last steps are gathered when they are asked for: few tasks do.
  public var summary: Matrix {
    switch whole {
    case .lastSteps(let rows, let pass): pass.last(rows)
    case .given(let summary): summary
    }
  }
}

/// Gradient of a `SequenceOutput`; what is nil is zero.
public struct SequenceGradient {
  /// [R, outputWidth]
  public var rows: Matrix?
  /// [B, summaryWidth]
  public var summary: Matrix?
  /// Of the final state, one [B, width] matrix a slot; what stands for a counter is not read.
  public var state: [Matrix]?

  /// A gradient of what is given; it may be given to one pullback alone.
  public init(rows: Matrix? = nil, summary: Matrix? = nil, state: [Matrix]? = nil) {
    (self.rows, self.summary, self.state) = (rows, summary, state)
  }

  /// The gradient of all rows [R, width], with the summary's at each sequence's last step.
  func total(_ width: Int, _ pass: Pass) -> Matrix {
    guard let summary else { return rows ?? pass.arena.zeros(pass.steps.rows, width) }
    let all = rows.map(pass.arena.copy) ?? pass.arena.zeros(pass.steps.rows, width)
    Kernels.scatterAdd(summary, pass.lastRows, to: all)
    return all
  }

  /// The gradient of the final state, to be carried back from step to step: in memory that may be written to.
  func carries(_ slots: [StateSlot], _ pass: Pass) -> [Matrix] {
    state?.map(pass.arena.copy) ?? slots.map { pass.arena.zeros(pass.steps.sequences, $0.width) }
  }
}

extension [Matrix] {
  /// What belongs to the first `count` slots of a state, or of its gradient, and what belongs to the others.
  func split(at count: Int) -> (first: [Matrix], rest: [Matrix]) { (Array(self[..<count]), Array(self[count...])) }
}

/// From the gradient of an output to those of the input rows and of the initial state (which may be left out where no state
/// was given). Call it at most once.
public typealias SequencePullback = (SequenceGradient) -> (input: Matrix, state: [Matrix])
