import UnrollKernels

/// The rows of packed sequences laid one sequence after the other, each behind rows that were kept from before, if any.
struct SequenceBlocks {
  /// Kept rows of each sequence.
  let past: [Int]
  /// First row of each sequence's block.
  let start: [Int]
  /// Rows of all blocks.
  let rows: Int
  /// For every packed row its row in the blocks.
  let index: [Int32]

  /// - Parameter past: kept rows of each sequence; nil for none.
  init(_ steps: PackedSteps, past: [Int]? = nil) {
    let past = past ?? [Int](repeating: 0, count: steps.sequences)
    self.past = past
    var (start, next) = ([Int](), 0)
    for b in 0..<steps.sequences {
      start.append(next)
      next += past[b] + Int(steps.lengths[b])
    }
    (self.start, rows) = (start, next)
    var index = [Int32](repeating: 0, count: steps.rows)
    for t in 0..<steps.steps {
      for b in 0..<Int(steps.live[t]) { index[Int(steps.offset[t]) + b] = Int32(start[b] + past[b] + t) }
    }
    self.index = index
  }
}

/// Of sequences without kept rows.
extension SequenceBlocks {
  /// The rows of sequence b.
  func rows(of b: Int) -> Range<Int> { start[b]..<(b + 1 < start.count ? start[b + 1] : rows) }

  /// Rows of the longest sequence.
  var longest: Int { start.indices.map { rows(of: $0).count }.max() ?? 0 }

  /// Packed rows [R, width] as they lie in the blocks.
  func laid(_ x: Matrix, _ arena: Arena) -> Matrix {
    let all = arena.matrix(rows, x.columns)
    Kernels.scatter(x, index, into: all)
    return all
  }

  /// Rows of the blocks in packed order.
  func packed(_ x: Matrix, _ arena: Arena) -> Matrix {
    let rows = arena.matrix(index.count, x.columns)
    Kernels.gather(x, index, into: rows)
    return rows
  }
}
