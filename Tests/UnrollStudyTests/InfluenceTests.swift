import CLibrary
import Testing
import UnrollCore
import UnrollTraining

@testable import UnrollStudy

/// How much an item moves a score, beside the score without it.
@Suite struct InfluenceTests {
  private static let items = {
    var random = RandomSource(seed: 2)
    var items = ItemScores(count: 600)
    for item in 0..<600 where item % 7 != 0 {
      for _ in 0..<(1 + Int(random.next() % 5)) {
        items.add(to: item, isRight: random.next() % 3 > 0, loss: 0.2 + Double(random.next() % 100) / 50)
      }
    }
    return items
  }()

  private static func without(_ dropped: Int) -> ItemScores {
    var items = InfluenceTests.items
    items.weights.remove(at: dropped)
    items.right?.remove(at: dropped)
    items.losses.remove(at: dropped)
    return items
  }

  private static func mean(_ items: ItemScores) -> Double {
    items.losses.reduce(0, +) / Double(items.weights.reduce(0, +))
  }

  private static let scores: [(Metric, @Sendable (ItemScores) -> Double)] = [
    (.accuracy, { Double($0.right!.reduce(0, +)) / Double($0.weights.reduce(0, +)) }),
    (
      .sequenceAccuracy,
      { items in
        let asked = items.weights.indices.filter { items.weights[$0] > 0 }
        return Double(asked.count { items.right![$0] == items.weights[$0] }) / Double(asked.count)
      }
    ),
    (.nats, mean), (.perplexity, { exp(mean($0)) }), (.bits, { mean($0) / 0.6931471805599453 * 0.7 }),
    (.natsPerStep, mean), (.meanSquaredError, { 4 * mean($0) }),
  ]

  /// Of n items one moves the score by its part of n − 1; what is left is of second order.
  @Test(arguments: scores.indices) func beside(_ index: Int) {
    let (metric, score) = InfluenceTests.scores[index]
    let all = score(InfluenceTests.items)
    let influences = metric.influences(InfluenceTests.items, score: all)
    let asked = InfluenceTests.items.weights.indices.filter { InfluenceTests.items.weights[$0] > 0 }
    #expect(influences.count == asked.count && abs(influences.reduce(0, +)) < 1e-9 * Double(asked.count))
    let largest = influences.map(abs).max()!
    for (influence, item) in zip(influences, asked) {
      let moved = Double(asked.count - 1) * (all - score(InfluenceTests.without(item)))
      #expect(abs(moved - influence) < 0.02 * largest, "\(metric.name), item \(item): \(moved) beside \(influence)")
    }
  }

  /// The score of items drawn again is that of the items that were drawn.
  @Test(arguments: scores.indices) func drawnAgain(_ index: Int) throws {
    let ((metric, score), all) = (InfluenceTests.scores[index], InfluenceTests.items)
    let asked = all.weights.indices.filter { all.weights[$0] > 0 }
    var drawn = ItemScores(count: 0)
    for (place, item) in asked.enumerated() {
      for _ in 0..<place % 3 {
        drawn.weights.append(all.weights[item])
        drawn.right?.append(all.right![item])
        drawn.losses.append(all.losses[item])
      }
    }
    let resampled = try #require(metric.resampled(all, score: score(all)))
    #expect(abs(resampled(asked.indices.map { $0 % 3 }) - score(drawn)) < 1e-9 * score(drawn), "\(metric.name)")
  }

  @Test func whatIsNoSumHasNone() {
    for metric in [Metric.macroF1, .spanF1, .unseenAccuracy, .meanAbsoluteError, .frameAccuracy] {
      #expect(metric.influences(InfluenceTests.items, score: 0.5).isEmpty)
      let isKnown = metric.resampled(InfluenceTests.items, score: 0.5) != nil
      #expect(!isKnown)
    }
    #expect(Metric.accuracy.influences(ItemScores(count: 3), score: 0.5).isEmpty, "no item asks for anything")
  }

  /// The scaled squares of two columns do not add up to their squares.
  @Test func squaresOfSeveralColumnsAreNoSum() throws {
    func knows(_ columns: Int) throws -> Bool {
      let records = (seeds("a", [1, 2, 3], .meanSquaredError) + seeds("b", [2, 3, 4], .meanSquaredError)).map {
        record in
        var record = record
        record.items = InfluenceTests.items
        record.data.classes = columns
        return record
      }
      return try StudyResults(records, study: "demo").tasks[0].rankings[0].knowsItems
    }
    #expect(try knows(1) && !knows(2))
  }
}
