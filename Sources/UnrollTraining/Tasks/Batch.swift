import UnrollKernels

/// Integers for one step of training or evaluation, packed.
public struct Batch: Sendable {
  /// The order of the rows: B sequences, R rows.
  public let steps: PackedSteps
  /// [R]
  public var tokens: [Int32]
  /// [R]: how every token is written; empty where nobody reads it, or the vocabulary says.
  public let words: [String]
  /// [R], or [B] when the task reads the summary.
  public let targets: [Int32]
  /// Where every target stands among those of its split (`Targets`); empty where nobody asks.
  public let positions: [Int32]
  /// The sequences go on where those of the batch before stopped: start from its final state.
  public let continues: Bool

  public init(
    _ steps: PackedSteps, tokens: [Int32], words: [String] = [], targets: [Int32], positions: [Int32] = [],
    continues: Bool = false
  ) {
    self.steps = steps
    self.words = words
    self.tokens = tokens
    self.targets = targets
    self.positions = positions
    self.continues = continues
  }
}

extension Batch {
  /// `count` shards of about equal size: shard i has the sequences i, i + count, … of the packed order, so each is as ragged
  /// as the whole. Fewer where there are fewer sequences.
  func shards(_ count: Int) -> [Batch] {
    guard count > 1, steps.sequences > 1 else { return [self] }
    return (0..<min(count, steps.sequences)).map { shard in
      let own = Array(stride(from: shard, to: steps.sequences, by: count))
      let packed = PackedSteps(lengths: own.map { Int(steps.lengths[$0]) })
      var rows: [Int] = []
      for t in 0..<packed.steps {
        for b in 0..<Int(packed.live[t]) { rows.append(Int(steps.offset[t]) + own[b]) }
      }
      let asked = targets.count == steps.rows ? rows : own
      return Batch(
        packed, tokens: rows.map { tokens[$0] }, words: words.isEmpty ? [] : rows.map { words[$0] },
        targets: asked.map { targets[$0] },
        positions: positions.isEmpty ? [] : asked.map { positions[$0] }, continues: continues)
    }
  }
}
