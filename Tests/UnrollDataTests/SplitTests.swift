import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

@Suite struct SplitTests {
  /// `count` lines whose label goes round, with texts that are all different.
  private func lines(_ count: Int) -> String {
    (0..<count).map { "\($0 % 2) text number \($0)\n" }.joined()
  }

  private func texts(_ items: [LabelledText]) -> [String] { items.map { $0.words.joined(separator: " ") } }

  @Test func addingItemsMovesNone() throws {
    let small = try Scratch().write("a", lines(200)).load("{format: label-first, train: a}").labelled
    let large = try Scratch().write("a", lines(400)).load("{format: label-first, train: a}").labelled
    #expect(Set(texts(large.train)).isSuperset(of: texts(small.train)))
    #expect(Set(texts(large.development)).isSuperset(of: texts(small.development)))
    #expect(Set(texts(large.test)).isSuperset(of: texts(small.test)))
    #expect(large.train.count > 280 && large.development.count > 20 && large.test.count > 20)
  }

  @Test func sidesAreFixedForEver() throws {
    let splits = try Scratch().write("a", lines(40)).load("{format: label-first, train: a}").labelled
    #expect(texts(splits.test) == GoldenSides.test)
    #expect(texts(splits.development) == GoldenSides.development)
  }

  @Test func otherOptionsMoveNone() throws {
    let scratch = try Scratch().write("a", lines(200))
    let words = try scratch.load("{format: label-first, train: a}").labelled
    let characters = try scratch.load("{format: label-first, train: a, unit: character}").labelled
    #expect(texts(words.test) == characters.test.map { $0.words.joined() })
  }

  @Test func equalTextsFallOnOneSide() throws {
    let twice = (0..<200).map { "\($0 % 2) text \($0 / 4)\n" }.joined()
    let splits = try Scratch().write("a", twice).load("{format: label-first, train: a}").labelled
    #expect(Set(texts(splits.train)).isDisjoint(with: texts(splits.test)))
    #expect(Set(texts(splits.train)).isDisjoint(with: texts(splits.development)))
  }

  @Test func officialSplitsStayWhole() throws {
    let scratch = try Scratch().write("a", lines(100)).write("t", lines(30))
    let splits = try scratch.load("{format: label-first, train: a, test: t}").labelled
    #expect(splits.test.count == 30)
    #expect(splits.train.count + splits.development.count == 100)
    #expect(!splits.development.isEmpty)
  }

  @Test func runningTextIsSplitByPosition() throws {
    let scratch = try Scratch().write("a", (0..<200).map { "w\($0)" }.joined(separator: " "))
    let splits = try scratch.load("{format: text, train: a, line_token: \"\"}").text
    #expect(splits.train.last == "w179" && splits.development.last == "w189" && splits.test.last == "w199")
    let other = try scratch.load("{format: text, train: a, line_token: \"\", test_percent: 20}").text
    #expect(other.sizes == [.train: 150, .development: 10, .test: 40])
  }

  @Test func subsampleKeepsOrderAndGrows() throws {
    let scratch = try Scratch().write("a", lines(300))
    let all = texts(try scratch.load("{format: label-first, train: a}").labelled.train)
    let ten = texts(try scratch.load("{format: label-first, train: a, subsample: 10}").labelled.train)
    let twenty = texts(try scratch.load("{format: label-first, train: a, subsample: 20}").labelled.train)
    #expect(ten.count == 10 && twenty.count == 20)
    #expect(Set(twenty).isSuperset(of: ten))
    #expect(all.filter(Set(ten).contains) == ten)
    #expect(texts(try scratch.load("{format: label-first, train: a, subsample: 10}").labelled.train) == ten)
  }

  @Test func heldOutSplitsAreSampledApart() throws {
    let scratch = try Scratch().write("a", lines(300))
    let splits = try scratch.load("{format: label-first, train: a, subsample_held_out: 7}").labelled
    #expect(splits.development.count == 7 && splits.test.count == 7 && splits.train.count > 200)
    let text = try scratch.load("{format: text, train: a, subsample: 50, subsample_held_out: 3}").text
    #expect(text.sizes == [.train: 50, .development: 3, .test: 3])
  }

  @Test func smallSamplesKeepTheClasses() throws {
    let data = try Scratch().write("a", lines(100)).load("{format: label-first, train: a, subsample: 1}")
    #expect(data.labels.count == 2)
  }

  @Test func longItemsLeaveTrainingOnly() throws {
    let scratch = try Scratch().write("a", "x a b c\ny a\nx a b\n")
    let data = try scratch.load("{format: label-first, max_length: 2, train: a, development: a, test: a}")
    #expect(try data.labelled.sizes == [.train: 2, .development: 3, .test: 3])
  }

  /// Classes of 1, 2, 3, … different texts, and one of twenty whose texts are all equal.
  @Test func everyClassIsSplitByItself() throws {
    let sizes = [1, 2, 3, 4, 10, 40, 200]
    let lines = sizes.flatMap { size in (0..<size).map { "L\(size) text \(size) \($0)\n" } }
    let text = lines.joined() + String(repeating: "E equal\n", count: 20)
    let scratch = try Scratch().write("a", text)
    let data = try scratch.load("{format: label-first, train: a, stratify: true}")
    let splits = try data.labelled
    let counts = (sizes.map { "L\($0)" } + ["E"]).map { label in
      [splits.train, splits.development, splits.test].map { items in items.count { $0.label == label } }
    }
    #expect(
      counts == [
        [1, 0, 0], [1, 0, 1], [1, 1, 1], [2, 1, 1], [8, 1, 1], [32, 4, 4], [160, 20, 20], [20, 0, 0],
      ])
    #expect(data.remarks == ["classes without a test item: 2 of 8 (E, L1)"])
    #expect(data.digest != (try scratch.load("{format: label-first, train: a, unseen_labels: keep}").digest))
    let twice = try scratch.load("{format: label-first, train: a, stratify: true}").labelled
    #expect(twice == splits)
    let apart = try scratch.load("{format: label-first, train: a, stratify: true, duplicates: apart}").labelled
    #expect(apart.test.count { $0.label == "E" } == 2)
    try scratch.write("t", "L1 x\nL2 y\n")
    let tested = try scratch.load("{format: label-first, train: a, test: t, stratify: true}").labelled
    #expect(tested.development.count { $0.label == "L200" } == 20 && tested.test.count == 2)
  }

  /// A class of one text, whichever side it falls on: why training lacks it is said.
  @Test func classesThatFallOutOfTrainingAreExplained() throws {
    let complaints = try (0..<20).map { number in
      let rare = String(repeating: "rare text once \(number)\n", count: 5)
      return try Scratch().write("a", lines(100) + rare).complaint("{format: label-first, train: a}")
    }
    let ending =
      "split but never in training (different texts among 5 items: 1; equal ones stay together unless duplicates is apart); "
      + "correct it, or set stratify to true, which splits every class by itself, or unseen_labels to keep "
      + "(such items count as errors) or drop"
    #expect(complaints.contains { $0 == "DIR/a:101: the label \"rare\" occurs in the test \(ending)" }, "\(complaints)")
    #expect(complaints.allSatisfy { $0 == "no complaint" || $0.hasSuffix(ending) })
  }

  @Test func largeSharesLeaveOneToTraining() throws {
    let scratch = try Scratch().write("a", lines(20))
    let yaml = "{format: label-first, train: a, stratify: true, development_percent: 45, test_percent: 45}"
    #expect(try scratch.load(yaml).labelled.sizes == [.train: 2, .development: 8, .test: 10])
  }

  @Test func digestFollowsOptionsAndBytesAlone() throws {
    let yaml = "{format: label-first, train: a, name: n}"
    let first = try Scratch().write("a", lines(100)).load(yaml).digest
    let scratch = try Scratch().write("a", lines(100)).write("sub/a", lines(100))
    #expect(try scratch.load(yaml).digest == first)
    #expect(try scratch.load("{format: label-first, train: sub/a, name: n}").digest == first)
    #expect(try scratch.load("{format: label-first, train: a, name: n, lowercase: true}").digest != first)
    #expect(try scratch.write("a", lines(101)).load(yaml).digest != first)
    #expect(first.count == 64)
  }
}
