/// How a model did on every item of a split, an entry an item in the split's order: what comparisons over texts need.
///
/// An item is a sequence, or a block of `block` targets of running text (the last block has what is left). An item without any
/// target that counts has its place, with nothing in it.
public struct ItemScores: Equatable, Sendable {
  /// Targets in a block of running text.
  public static let block = 512

  /// Targets that count: one where a sequence has one label.
  public var weights: [Int]
  /// How many of them were predicted right.
  public var right: [Int]
  /// The sum of their losses in nats, finite.
  public var losses: [Double]

  /// Items of which nothing is known yet.
  public init(count: Int) {
    weights = [Int](repeating: 0, count: count)
    right = weights
    losses = [Double](repeating: 0, count: count)
  }

  public var count: Int { weights.count }

  /// One target of an item.
  public mutating func add(to item: Int, isRight: Bool, loss: Double) {
    weights[item] += 1
    right[item] += isRight ? 1 : 0
    losses[item] += loss
  }
}
