import UnrollKernels

/// What layers show of themselves as they run forward, where a person asks (`Pass.inspection`).
///
/// A layer shows it in its own `forward`, in a line that costs nothing where nobody asks:
///
///     pass.inspection?.show(.kernel, name, kernel)
public final class Inspection {
  /// What a matrix shows, and so how it is read.
  public enum Kind: Sendable {
    /// [R, H]: activations between 0, closed, and 1, open, a row a step.
    case gate
    /// [H, H/n]: what the state of the step before is multiplied with, n square blocks below each other.
    case recurrence
    /// [H, T]: the weight, in every channel, of what came l steps before.
    case kernel
    /// [Q, K]: of the last Q steps the weights of the last K, which add up to 1 in every row. Shown of single sequences.
    case attention
  }

  /// A copy of what was shown.
  public struct Part: Sendable {
    /// How it is to be read.
    public let kind: Kind
    /// Of the layer, and of the part of it.
    public let name: String
    /// Shape of the matrix.
    public let rows, columns: Int
    /// Row by row.
    public let values: [Float]
  }

  /// In the order in which layers ran.
  public private(set) var parts: [Part] = []

  /// Give it to one `Pass`, and read `parts` after the forward run.
  public init() {}

  /// Copies a matrix, whose shape is that of its kind.
  ///
  /// - Parameters:
  ///   - kind: how it is to be read.
  ///   - name: of the layer, and of the part of it.
  ///   - matrix: rows may have gaps.
  public func show(_ kind: Kind, _ name: String, _ matrix: Matrix) {
    parts.append(Part(kind: kind, name: name, rows: matrix.rows, columns: matrix.columns, values: matrix.array))
  }
}
