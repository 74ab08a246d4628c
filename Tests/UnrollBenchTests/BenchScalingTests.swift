import Testing
import UnrollLayers

@testable import UnrollBench

@Suite struct BenchScalingTests {
  @Test func threadsAreThePowersOfTwoAndTheNumberItself() {
    #expect(BenchScaling.powers(upTo: 1) == [1])
    #expect(BenchScaling.powers(upTo: 2) == [1, 2])
    #expect(BenchScaling.powers(upTo: 6) == [1, 2, 4, 6])
    #expect(BenchScaling.powers(upTo: 8) == [1, 2, 4, 8])
  }

  @Test func everyPointCanBeBuilt() throws {
    for name in BenchScaling.names {
      let scaling = try BenchScaling(backend: name, seconds: 1, budget: .init())
      for axis in BenchScaling.axes(of: name) {
        for value in BenchScaling.values(axis) {
          let item = scaling.item(axis, value)
          try item.validate()
          try item.check()
          #expect(item.obstacle == nil)
        }
      }
    }
  }

  /// What takes too long for the budget is not begun, and everything longer is left out with it.
  @Test func lengthsBeyondTheBudgetAreLeftOut() throws {
    let scaling = try BenchScaling(backend: "rnn", seconds: 1, budget: .init(seconds: 10))
    var last = BenchScaling.Point(backend: "rnn", axis: .length, value: 1024, ms: 400)
    #expect(scaling.beyondBudget(.length, 4096, after: last) == nil)
    last.ms = 600
    #expect(scaling.beyondBudget(.length, 4096, after: last)?.left_out == "over 10 s")
    last.left_out = "over 10 s"
    #expect(scaling.beyondBudget(.length, 4096, after: last)?.left_out == "over 10 s")
    #expect(scaling.beyondBudget(.width, 128, after: last) == nil)
  }
}
