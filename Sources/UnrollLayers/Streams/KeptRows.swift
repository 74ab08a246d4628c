import UnrollKernels

/// The last P rows of each of B sequences, oldest first, and the one that came with the step.
///
/// They lie in memory for 2P + 1 rows a sequence and move to its beginning whenever it is full: a row a step in the mean, and
/// what is kept always lies in one piece.
final class KeptRows {
  private let memory: Matrix
  private let count, width: Int
  /// Of the oldest kept row.
  private var start = 0

  private var capacity: Int { 2 * count + 1 }

  init(_ count: Int, _ width: Int, _ pass: Pass) {
    (self.count, self.width) = (count, width)
    memory = pass.arena.zeros(pass.steps.sequences, (2 * count + 1) * width)
  }

  /// [B, P·width]
  var all: Matrix { memory.columns(start * width..<(start + count) * width) }

  /// x [B, width] is the newest row from now on.
  func append(_ x: Matrix) {
    if start + count == capacity {
      Kernels.copy(all, to: memory.columns(0..<count * width))
      start = 0
    }
    Kernels.copy(x, to: memory.columns((start + count) * width..<(start + count + 1) * width))
    start += 1
  }

  /// [B, width]: the rows that came `steps` steps before the newest, at most P.
  func back(_ steps: Int) -> Matrix {
    precondition(steps <= count && start > 0)
    let row = start + count - 1 - steps
    return memory.columns(row * width..<(row + 1) * width)
  }

  /// [n, width]: the newest n rows of sequence b, oldest first; at most P + 1.
  func newest(_ n: Int, of b: Int) -> Matrix {
    precondition(n <= count + 1 && start > 0)
    let end = (start + count) * width
    return memory.rows(b..<b + 1).columns(end - n * width..<end).reshaped(rows: n, columns: width)
  }
}
