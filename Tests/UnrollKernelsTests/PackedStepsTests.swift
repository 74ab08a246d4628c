import Testing
import UnrollKernels

@Suite struct PackedStepsTests {
  private let steps = PackedSteps(lengths: [5, 3, 3, 1])

  @Test func layout() {
    #expect(steps.live == [4, 3, 3, 1, 1] && steps.offset == [0, 4, 7, 10, 11])
    #expect(steps.rows == 12 && steps.steps == 5 && steps.sequences == 4 && !steps.isUniform)
    #expect(steps.range(2) == 7..<10)
  }

  @Test func indices() {
    #expect(steps.lastRows == [11, 8, 9, 3])
    #expect(steps.sequenceOfRow == [0, 1, 2, 3, 0, 1, 2, 0, 1, 2, 0, 0])
  }

  @Test func reversalMirrorsEverySequenceAndIsItsOwnInverse() {
    let mirror = steps.reversed
    #expect(mirror == [11, 8, 9, 3, 10, 5, 6, 7, 1, 2, 4, 0])
    #expect(mirror.map { mirror[Int($0)] } == (0..<12).map(Int32.init))
  }

  @Test func uniform() {
    let steps = PackedSteps(count: 3, length: 2)
    #expect(steps.isUniform && steps.live == [3, 3] && steps.rows == 6 && steps.lastRows == [3, 4, 5])
    #expect(PackedSteps(lengths: [1]).rows == 1)
  }
}
