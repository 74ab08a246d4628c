/// How a model did on every item of a split, an entry an item in the split's order: what comparisons over texts need.
///
/// An item is a sequence, or a block of `block` targets of running text (the last block has what is left). An item without any
/// target that counts has its place, with nothing in it.
public struct ItemScores: Equatable, Sendable {
  /// Targets in a block of running text.
  public static let block = 512

  /// Targets that count: one where a sequence has one label.
  public var weights: [Int]
  /// How many of them were predicted right; nil of numbers, which are nearer or farther.
  public var right: [Int]?
  /// The sum of their losses, finite: nats, or squares of scaled numbers.
  public var losses: [Double]
  /// A record holds losses in whole parts of 1 / `parts`: hundredths of a nat, of numbers such that half of all have four digits.
  public package(set) var parts = 100

  /// Items of which nothing is known yet.
  ///
  /// - Parameters:
  ///   - count: items of the split.
  ///   - counted: whether targets are right or wrong.
  public init(count: Int, counted: Bool = true) {
    weights = [Int](repeating: 0, count: count)
    right = counted ? weights : nil
    losses = [Double](repeating: 0, count: count)
  }

  /// Items of the split.
  public var count: Int { weights.count }

  /// One target of an item.
  public mutating func add(to item: Int, isRight: Bool, loss: Double) {
    weights[item] += 1
    if isRight { right?[item] += 1 }
    losses[item] += loss
  }

  /// Squared errors may be of any size: chooses `parts` by their median.
  package mutating func chooseParts() {
    let some = losses.filter { $0 > 0 }.sorted()
    guard right == nil, !some.isEmpty else { return }
    while some[some.count / 2] * Double(parts) < 1000, parts < 1_000_000_000_000 { parts *= 10 }
  }
}
