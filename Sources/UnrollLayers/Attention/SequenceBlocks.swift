import UnrollKernels

/// The rows of packed sequences laid one sequence after the other, each behind rows that were kept from before.
struct SequenceBlocks {
  /// Kept rows of each sequence.
  let past: [Int]
  /// First row of each sequence's block.
  let start: [Int]
  /// Rows of all blocks.
  let rows: Int
  /// For every packed row its row in the blocks.
  let index: [Int32]

  init(_ steps: PackedSteps, past: [Int]) {
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
