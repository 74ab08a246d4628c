import UnrollKernels

/// Running text as `columns` parallel streams, cut into chunks; the target of a token is the one after it.
///
/// Every token but the first of the text is predicted exactly once. The streams' lengths differ by one at most, so only the
/// last chunks are ragged.
struct StreamBatcher {
  let tokens: [Int32]
  /// A token that is read but not asked for.
  var ignored: Int32?

  /// Logits of one batch of text that is scored, at most.
  private static let mostLogits = 1 << 24

  /// Text that is scored is read in one way, whatever batches and chunks a model was trained with: in 32 columns, fewer where
  /// they would be shorter than 250 tokens. A column begins with an empty state, which goes on from chunk to chunk; so chunks
  /// change no score, and are short where there are many classes.
  ///
  /// - Parameter columns: others than those.
  func scored(columns: Int? = nil, classes: Int) -> [Batch] {
    let columns = columns ?? max(1, min(32, (tokens.count - 1) / 250))
    return batches(
      columns: columns, positions: true, chunk: max(1, min(64, StreamBatcher.mostLogits / (columns * classes))))
  }

  /// - Parameter positions: whether somebody asks where a target stands.
  func batches(columns: Int, positions: Bool = false, chunk: Int) -> [Batch] {
    let predictions = tokens.count - 1
    guard predictions > 0 else { return [] }
    let count = min(columns, predictions)
    let lengths = (0..<count).map { predictions / count + ($0 < predictions % count ? 1 : 0) }
    let starts = lengths.indices.map { index in lengths[..<index].reduce(0, +) }
    return stride(from: 0, to: lengths[0], by: chunk).map { from in
      let live = lengths.prefix { $0 > from }.map { min(chunk, $0 - from) }
      let steps = PackedSteps(lengths: live)
      var (inputs, targets, found): ([Int32], [Int32], [Int32]) = ([], [], [])
      inputs.reserveCapacity(steps.rows)
      targets.reserveCapacity(steps.rows)
      for t in 0..<steps.steps {
        for b in 0..<Int(steps.live[t]) {
          inputs.append(tokens[starts[b] + from + t])
          let target = tokens[starts[b] + from + t + 1]
          targets.append(target == ignored ? Kernels.ignoredTarget : target)
          if positions { found.append(Int32(starts[b] + from + t)) }
        }
      }
      var batch = Batch(steps, tokens: inputs, targets: targets, positions: found, continues: from > 0)
      batch.isContinued = from + chunk < lengths[0]
      return batch
    }
  }
}
