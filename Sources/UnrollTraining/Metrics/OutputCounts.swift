/// What is counted of outputs as wholes, of one item or of many together: which are right, and two ways in which they are known to
/// go wrong.
public struct OutputCounts: Equatable, Sendable {
  /// Outputs.
  public private(set) var count = 0
  /// Those that are a reference, token by token.
  public private(set) var exact = 0
  /// Those in which a run of up to `longestRepeat` tokens follows itself at once, as it does in no reference.
  public private(set) var repeating = 0
  /// Those that are their source, token by token, where no reference is.
  public private(set) var copied = 0

  /// The longest run that is looked at for repeats.
  public static let longestRepeat = 4

  /// Of no item.
  public init() {}

  /// Of one item.
  ///
  /// - Parameters:
  ///   - output: its tokens, maybe none.
  ///   - references: one at least.
  ///   - source: what the output was made from; nil where that is no sequence of such tokens.
  public init<Token: Hashable>(_ output: [Token], _ references: [[Token]], source: [Token]? = nil) {
    precondition(!references.isEmpty, "an output is held against a reference")
    count = 1
    exact = references.contains(output) ? 1 : 0
    let longest = OutputCounts.longestRepeat
    let usual = references.reduce(into: Set()) { $0.formUnion($1.repeats(upTo: longest)) }
    repeating = output.repeats(upTo: longest).isSubset(of: usual) ? 0 : 1
    copied = exact == 0 && output == source && !output.isEmpty ? 1 : 0
  }

  /// Share of outputs that are a reference; of grapheme-to-phoneme conversion the word error rate is 1 − this. NaN of none.
  public var exactMatch: Double { share(exact) }
  /// Share of outputs that repeat themselves. NaN of none.
  public var repeats: Double { share(repeating) }
  /// Share of outputs that are their source. NaN of none.
  public var copies: Double { share(copied) }

  private func share(_ part: Int) -> Double { Double(part) / Double(count) }

  /// Adds other items.
  public static func += (left: inout OutputCounts, right: OutputCounts) {
    left.count += right.count
    left.exact += right.exact
    left.repeating += right.repeating
    left.copied += right.copied
  }
}
