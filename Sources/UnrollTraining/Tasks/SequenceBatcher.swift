import UnrollCore
import UnrollData
import UnrollKernels

/// Cuts sequences into batches of similar length, in an order that is a function of the random source.
struct SequenceBatcher {
  /// Batches that are sorted together: enough to find similar lengths, few enough that batches differ between epochs.
  private static let pool = 50

  let sequences: [EncodedSequence]
  /// One target a token, or one a sequence.
  let perToken: Bool
  /// The first target of every sequence among those of the split.
  private let starts: [Int]

  init(sequences: [EncodedSequence], perToken: Bool) {
    (self.sequences, self.perToken) = (sequences, perToken)
    starts = perToken ? sequences.starts : Array(sequences.indices)
  }

  /// Those of one epoch: shuffled by `random`, or in a fixed order when nil.
  func batches(_ size: Int, _ random: RandomSource?) -> [Batch] {
    random.map { shuffled(size, $0) } ?? ordered(size)
  }

  /// Shuffled, bucketed, shuffled again.
  func shuffled(_ size: Int, _ random: RandomSource) -> [Batch] {
    var source = random
    let order = sequences.indices.shuffled(using: &source)
    let groups = stride(from: 0, to: order.count, by: size * SequenceBatcher.pool).flatMap { start in
      cut(sorted(Array(order[start..<min(start + size * SequenceBatcher.pool, order.count)])), size)
    }
    return groups.shuffled(using: &source).map(batch)
  }

  /// Every sequence once, longest first.
  func ordered(_ size: Int) -> [Batch] { cut(sorted(Array(sequences.indices)), size).map(batch) }

  private func sorted(_ indices: [Int]) -> [Int] {
    indices.sorted { (sequences[$0].tokens.count, $1) > (sequences[$1].tokens.count, $0) }
  }

  private func cut(_ indices: [Int], _ size: Int) -> [[Int]] {
    stride(from: 0, to: indices.count, by: size).map { Array(indices[$0..<min($0 + size, indices.count)]) }
  }

  private static func target(_ label: Int32) -> Int32 {
    label == EncodedSequence.noLabel ? Kernels.ignoredTarget : label
  }

  private func batch(_ indices: [Int]) -> Batch {
    let chosen = indices.map { sequences[$0] }
    let steps = PackedSteps(lengths: chosen.map(\.tokens.count))
    var (tokens, targets, positions): ([Int32], [Int32], [Int32]) = ([], [], [])
    var words: [String] = []
    tokens.reserveCapacity(steps.rows)
    let asksForClasses = chosen[0].targets.isEmpty
    for t in 0..<steps.steps {
      for b in 0..<Int(steps.live[t]) {
        tokens.append(chosen[b].tokens[t])
        if !chosen[b].words.isEmpty { words.append(chosen[b].words[t]) }
        guard perToken else { continue }
        if asksForClasses { targets.append(SequenceBatcher.target(chosen[b].labels[t])) }
        positions.append(Int32(starts[indices[b]] + t))
      }
    }
    if !perToken { (targets, positions) = (chosen.map { $0.labels[0] }, indices.map { Int32(starts[$0]) }) }
    var batch = Batch(steps, tokens: tokens, words: words, targets: targets, positions: positions)
    if !chosen[0].source.isEmpty {
      batch.source = BatchSource(tokens: chosen.map(\.source), words: chosen.map(\.sourceWords))
    }
    batch.numbers = SequenceBatcher.packed(chosen.map(\.numbers), steps)
    batch.numberTargets = SequenceBatcher.packed(chosen.map(\.targets), steps)
    return batch
  }

  /// Rows of numbers of each sequence in the order of the batch.
  private static func packed(_ sequences: [[Float]], _ steps: PackedSteps) -> [Float] {
    let width = sequences[0].count / steps.steps
    guard width > 0 else { return [] }
    var rows: [Float] = []
    rows.reserveCapacity(steps.rows * width)
    for t in 0..<steps.steps {
      for b in 0..<Int(steps.live[t]) { rows += sequences[b][t * width..<(t + 1) * width] }
    }
    return rows
  }
}

extension [EncodedSequence] {
  /// The first token of each among those of all.
  var starts: [Int] {
    var start = 0
    return map { sequence in
      defer { start += sequence.tokens.count }
      return start
    }
  }
}
