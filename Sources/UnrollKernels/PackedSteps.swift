import CUnroll

/// The order of a ragged batch: sequences by falling length, their rows laid out step by step, without padding.
///
/// Row `offset[t] + b` is step `t` of the b-th longest sequence; `live[t]` sequences are at least `t + 1` long. So no kernel
/// takes a mask, and the rows of one step are contiguous.
public struct PackedSteps: Sendable {
  /// Lengths, falling.
  public let lengths: [Int32]
  /// First row of each step.
  public let offset: [Int32]
  /// Rows of each step, falling.
  public let live: [Int32]
  /// Sum of the lengths.
  public let rows: Int

  /// `T`, the longest length.
  public var steps: Int { live.count }
  /// `B`.
  public var sequences: Int { lengths.count }
  /// All sequences equally long: the rows of "one step before" are then one contiguous block.
  public var isUniform: Bool { lengths.first == lengths.last }

  /// - Parameter lengths: at least one, falling, each at least 1.
  public init(lengths: [Int]) {
    precondition(!lengths.isEmpty && lengths.last! > 0, "a batch needs sequences of at least one step")
    precondition(zip(lengths, lengths.dropFirst()).allSatisfy { $0 >= $1 }, "lengths must fall")
    self.lengths = lengths.map(Int32.init)
    var live = [Int32](repeating: 0, count: lengths[0])
    var alive = lengths.count
    for t in 0..<lengths[0] {
      while lengths[alive - 1] <= t { alive -= 1 }
      live[t] = Int32(alive)
    }
    self.live = live
    var next: Int32 = 0
    offset = live.map { count in
      defer { next += count }
      return next
    }
    rows = Int(next)
  }

  /// `count` sequences of `length` steps.
  public init(count: Int, length: Int) { self.init(lengths: [Int](repeating: length, count: count)) }

  /// The rows of step `t`.
  public func range(_ t: Int) -> Range<Int> { Int(offset[t])..<Int(offset[t] + live[t]) }

  /// For every sequence the row of its last step.
  public var lastRows: [Int32] { lengths.enumerated().map { offset[Int($1) - 1] + Int32($0) } }

  /// For every row the row that holds the same sequence's mirrored step: reversal is a gather with it, and its own inverse.
  public var reversed: [Int32] {
    var index = [Int32](repeating: 0, count: rows)
    for t in 0..<steps {
      for b in 0..<Int(live[t]) { index[Int(offset[t]) + b] = offset[Int(lengths[b]) - 1 - t] + Int32(b) }
    }
    return index
  }

  /// For every row its sequence.
  public var sequenceOfRow: [Int32] { live.flatMap { 0..<$0 } }

  /// As the C loops see it.
  func withRaw<Result>(_ body: (UnsafePointer<un_steps>) -> Result) -> Result {
    offset.withUnsafeBufferPointer { offset in
      live.withUnsafeBufferPointer { live in
        lengths.withUnsafeBufferPointer { lengths in
          var raw = un_steps(
            T: steps, B: sequences, offset: offset.baseAddress, live: live.baseAddress, length: lengths.baseAddress)
          return body(&raw)
        }
      }
    }
  }
}
