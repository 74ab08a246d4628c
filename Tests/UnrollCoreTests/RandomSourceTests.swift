import Testing
import UnrollCore

@Suite struct RandomSourceTests {
  private let count = 200_000

  @Test func sameSeedSameNumbers() {
    var (a, b, c) = (RandomSource(seed: 1), RandomSource(seed: 1), RandomSource(seed: 2))
    #expect((0..<100).allSatisfy { _ in a.next() == b.next() })
    #expect(a.next() != c.next())
  }

  @Test func splittingDoesNotDependOnWhatWasDrawn() {
    let fresh = RandomSource(seed: 5)
    var used = fresh
    for _ in 0..<10 { _ = used.next() }
    var (a, b) = (fresh.split("dropout"), used.split("dropout"))
    #expect(a.next() == b.next())
  }

  @Test func splitsDiffer() {
    let source = RandomSource(seed: 5)
    let names = (0..<1000).map { "layer\($0)" }
    var first = names.map { name in
      var split = source.split(name)
      return split.next()
    }
    first += (0..<1000).map { index in
      var split = source.split(index)
      return split.next()
    }
    #expect(Set(first).count == 2000)
  }

  @Test func splitsAreNotCorrelated() {
    let source = RandomSource(seed: 9)
    var (a, b) = (source.split("a"), source.split("b"))
    let product = (0..<count).reduce(0.0) { sum, _ in sum + (a.uniform() - 0.5) * (b.uniform() - 0.5) } / Double(count)
    // Standard error 1/12/√n.
    #expect(abs(product) < 5 / 12 / Double(count).squareRoot())
  }

  @Test func uniformMoments() {
    var source = RandomSource(seed: 3)
    let values = (0..<count).map { _ in source.uniform(-1, 3) }
    #expect(values.allSatisfy { (-1..<3).contains($0) })
    let (mean, variance) = moments(values)
    #expect(abs(mean - 1) < 0.015 && abs(variance - 16.0 / 12) < 0.02)
  }

  @Test func normalMoments() {
    var source = RandomSource(seed: 4)
    let values = (0..<count).map { _ in source.normal() }
    let (mean, variance) = moments(values)
    let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(count)
    #expect(abs(mean) < 0.012 && abs(variance - 1) < 0.017 && abs(fourth - 3) < 0.15)
  }

  @Test func belowIsEven() {
    var source = RandomSource(seed: 6)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[source.below(7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
  }

  private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
  }
}
