/// One sequence of rows of numbers, with what is asked for at its steps.
///
/// Series are long and wide, so numbers are single.
public struct NumberSequence: Equatable, Sendable {
  /// What its columns are; the same for all sequences of a set.
  public var columns: SeriesColumns
  /// `[T, E]`, row by row.
  public var inputs: [Float]
  /// Numbers that are asked for, `[T, K]`, NaN where none is; empty where labels are.
  public var targets: [Float]
  /// A label a step, nil where none is asked for, or one for the sequence; empty where numbers are asked for.
  public var labels: [String?]

  /// A sequence of T steps: `inputs` has T·E numbers row by row, `targets` T·K, `labels` T or one.
  public init(columns: SeriesColumns, inputs: [Float], targets: [Float] = [], labels: [String?] = []) {
    (self.columns, self.inputs, self.targets, self.labels) = (columns, inputs, targets, labels)
  }

  /// Missing numbers are equal.
  public static func == (a: NumberSequence, b: NumberSequence) -> Bool {
    a.columns == b.columns && a.inputs == b.inputs && a.labels == b.labels
      && a.targets.elementsEqual(b.targets) { $0 == $1 || $0.isNaN && $1.isNaN }
  }

  /// The inputs of every step, with blanks between them.
  package var rows: [String] {
    stride(from: 0, to: inputs.count, by: columns.inputs.count).map { start in
      inputs[start..<start + columns.inputs.count].map { "\($0)" }.joined(separator: " ")
    }
  }
}

/// The columns of series by name, and what is asked for.
public struct SeriesColumns: Equatable, Sendable {
  /// What a series asks for.
  public enum Target: Equatable, Sendable {
    /// K numbers at every step.
    case numbers([String])
    /// A class at every step.
    case labelOfStep
    /// A class of the whole sequence.
    case labelOfSequence
  }

  /// E columns.
  public var inputs: [String]
  /// What is asked for, and the names of the columns that say it.
  public var target: Target

  /// E columns that are read, and what is asked for.
  public init(inputs: [String], target: Target) { (self.inputs, self.target) = (inputs, target) }

  /// K; 0 where labels are asked for.
  public var targetCount: Int { if case .numbers(let names) = target { names.count } else { 0 } }
}
