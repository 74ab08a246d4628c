/// Lends memory for one step and takes it all back at once: reset, never freed.
///
/// A step that needs more than there is adds a block; the next reset makes one block that holds what the step needed, so that of steps
/// of one shape only the first finds too little.
public final class Arena {
  private var blocks: [Buffer] = []
  private var used = 0
  /// Floats lent since the last reset.
  private var lent = 0

  /// How often a matrix found too little memory. The one block that a reset may make is not counted.
  public private(set) var growths = 0

  private let lending = Arena.lending

  /// An arena without memory: the first step that needs some makes it.
  public init() {}

  /// Floats held.
  public var capacity: Int { blocks.reduce(0) { $0 + $1.count } }

  /// Takes back everything that was lent; matrices from before must not be used any more.
  public func reset() {
    if lending == .apart {
      blocks = []
    } else if blocks.count > 1 {
      // First given back, then asked for: both at once would be the peak of the run's memory.
      blocks = []
      // With room for a somewhat longer batch; what is not used costs no page.
      blocks = [Buffer(undefined: lent + lent / 4)]
    }
    (used, lent) = (0, 0)
  }

  /// A matrix with undefined contents, its first element 64-byte aligned.
  public func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    let count = (rows * columns + 15) / 16 * 16
    if blocks.isEmpty || lending == .apart || used + count > blocks[blocks.count - 1].count {
      growths += 1
      blocks.append(Buffer(undefined: lending == .apart ? count : max(count, capacity, 1 << 16)))
      used = 0
    }
    let base = blocks[blocks.count - 1].base + used
    used += count
    lent += count
    if lending == .notANumber { base.update(repeating: .nan, count: count) }
    return Matrix(base: base, rows: rows, columns: columns, stride: columns)
  }

  /// A matrix of zeros.
  public func zeros(_ rows: Int, _ columns: Int) -> Matrix {
    let matrix = matrix(rows, columns)
    matrix.base.update(repeating: 0, count: matrix.count)
    return matrix
  }

  /// A copy without gaps.
  public func copy(_ other: Matrix) -> Matrix {
    let matrix = matrix(other.rows, other.columns)
    Kernels.copy(other, to: matrix)
    return matrix
  }
}
