import UnrollKernels

/// What one step of training or evaluation reads and asks for, packed.
public struct Batch: Sendable {
  /// The order of the rows: B sequences, R rows.
  public let steps: PackedSteps
  /// [R]
  public var tokens: [Int32]
  /// [R]: how every token is written; empty where nobody reads it, or the vocabulary says.
  public let words: [String]
  /// [R], or [B] when the task reads the summary; empty where numbers are asked for.
  public internal(set) var targets: [Int32]
  /// Where every target stands among those of its split (`Targets`); empty where nobody asks.
  public let positions: [Int32]
  /// Numbers that are read, [R, E] row by row; empty of words.
  public var numbers: [Float] = []
  /// Numbers that are asked for, [R, K] row by row, NaN where none is; empty where classes are.
  public var numberTargets: [Float] = []
  /// Beside every sequence another; nil where there is none.
  public var source: BatchSource?
  /// The sequences go on where those of the batch before stopped: start from its final state.
  public let continues: Bool
  /// The batch after this one does so.
  public var isContinued = false

  /// A batch of tokens; numbers are set afterwards.
  ///
  /// - Parameters:
  ///   - steps: the order of the rows, B sequences.
  ///   - tokens: [R].
  ///   - words: [R], how they are written; empty where nobody reads it.
  ///   - targets: [R] or [B] classes, `Kernels.ignoredTarget` where none is asked for; empty where numbers are.
  ///   - positions: of the targets among those of the split; empty where nobody asks.
  ///   - continues: whether it goes on where the batch before stopped.
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
  /// Tokens that are read of it, those beside its sequences included.
  var tokenCount: Int { tokens.count + (source?.batch.tokens.count ?? 0) }

  /// Targets that count, over which a step of training takes the mean: classes, or steps at which numbers are asked for.
  var asked: Int {
    guard !numberTargets.isEmpty else { return targets.count { $0 != Kernels.ignoredTarget } }
    let width = numberTargets.count / steps.rows
    return (0..<steps.rows).count { row in
      numberTargets[row * width..<(row + 1) * width].contains { !$0.isNaN }
    }
  }

  /// Numbers that are asked for, [R, K].
  func numberTargets(in arena: Arena) -> Matrix {
    let targets = arena.matrix(steps.rows, numberTargets.count / steps.rows)
    targets.assign(numberTargets)
    return targets
  }

  /// `count` shards of about equal size: shard i has the sequences i, i + count, … of the packed order, so each is as ragged
  /// as the whole. Fewer where there are fewer sequences.
  func shards(_ count: Int) -> [Batch] {
    guard count > 1, steps.sequences > 1 else { return [self] }
    return (0..<min(count, steps.sequences)).map { shard in
      sequences(Array(stride(from: shard, to: steps.sequences, by: count)))
    }
  }

  /// Of each sequence its steps up to the last that asks for something; all where the sequence as a whole asks, 0 where nothing does.
  var askedLengths: [Int] {
    let lengths = steps.lengths.map(Int.init)
    guard !numberTargets.isEmpty || targets.count == steps.rows else {
      return zip(lengths, targets).map { $1 == Kernels.ignoredTarget ? 0 : $0 }
    }
    let width = numberTargets.count / steps.rows
    func asks(_ row: Int) -> Bool {
      width == 0
        ? targets[row] != Kernels.ignoredTarget
        : numberTargets[row * width..<(row + 1) * width].contains { !$0.isNaN }
    }
    return lengths.enumerated().map { own, length in
      ((0..<length).last { asks(Int(steps.offset[$0]) + own) } ?? -1) + 1
    }
  }

  /// The last steps of some sequences as a batch of their own.
  ///
  /// - Parameters:
  ///   - own: their numbers, so that their steps fall; the same more than once for copies.
  ///   - most: steps of each, at most.
  ///   - lengths: what counts as all steps of each; nil for all.
  func sequences(_ own: [Int], most: Int = .max, of lengths: [Int]? = nil) -> Batch {
    let lengths = lengths ?? own.map { Int(steps.lengths[$0]) }
    let packed = PackedSteps(lengths: lengths.map { min($0, most) })
    var rows: [Int] = []
    for t in 0..<packed.steps {
      for b in 0..<Int(packed.live[t]) {
        rows.append(Int(steps.offset[t + lengths[b] - Int(packed.lengths[b])]) + own[b])
      }
    }
    let asked = targets.count == steps.rows || targets.isEmpty ? rows : own
    var part = Batch(
      packed, tokens: rows.map { tokens[$0] }, words: words.isEmpty ? [] : rows.map { words[$0] },
      targets: targets.isEmpty ? [] : asked.map { targets[$0] },
      positions: positions.isEmpty ? [] : asked.map { positions[$0] }, continues: continues)
    part.isContinued = isContinued
    part.source = source?.sequences(own)
    part.numbers = chosen(rows, of: numbers)
    part.numberTargets = chosen(rows, of: numberTargets)
    return part
  }

  private func chosen(_ rows: [Int], of numbers: [Float]) -> [Float] {
    let width = numbers.count / steps.rows
    return width == 0 ? [] : rows.flatMap { numbers[$0 * width..<($0 + 1) * width] }
  }
}
