import Testing
import UnrollCore
import UnrollLayers

@testable import UnrollBench

@Suite struct BenchOperatorTests {
  private static let names = ["selective-scan"] + Backends.all.map { $0.name }

  /// A batch cut into shards is the same work: the gradients of what all sequences share are the same sums.
  @Test(arguments: names)
  func shardsAreTheSameWork(name: String) throws {
    var item = BenchCase()
    (item.name, item.kind, item.backend, item.hidden, item.batch, item.length) = (name, .op, name, 8, 5, 7)
    if ["selective-scan", "s4d", "ssm"].contains(name) { item.state = 4 }
    let (whole, cut) = (try BenchOperator(item, threads: 1), try BenchOperator(item, threads: 3))
    whole.run()
    cut.run()
    // A second run must not add to the first.
    cut.run()
    let scale = whole.gradients.map(abs).max()!
    #expect(scale > 0.01 && whole.gradients.count == cut.gradients.count)
    #expect(zip(whole.gradients, cut.gradients).allSatisfy { abs($0 - $1) < 1e-4 * scale })
  }

  @Test func aCaseSurvivesTheWayToItsProcess() throws {
    var item = BenchCase()
    (item.name, item.backend, item.hidden, item.embed, item.vocabulary) = ("a/b \"c\"", "lstm", 8, 6, 11)
    (item.classes, item.batch, item.length, item.bidirectional) = (3, 2, 5, true)
    #expect(try BenchCase(json: item.json()) == item)
  }
}
