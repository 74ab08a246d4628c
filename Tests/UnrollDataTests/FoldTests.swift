import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// Other splits of the same items, and cross-validation.
@Suite struct FoldTests {
  /// 203 items of 183 different texts: classes of very different sizes, and twenty copies.
  private let text =
    (0..<183).map { "\($0 % 19 == 0 ? "rare" : "L\($0 % 2)") text number \($0)\n" }.joined()
    + String(repeating: "L1 text number 1\n", count: 20)

  private func load(_ options: String) throws -> Splits<LabelledText> {
    try Scratch().write("a", text).load("{format: label-first, train: a, \(options)}").labelled
  }

  private func texts(_ items: [LabelledText]) -> [String] { items.map { $0.words.joined(separator: " ") } }

  private func folds(_ count: Int, _ options: String = "") throws -> [Splits<LabelledText>] {
    try (1...count).map { try load("folds: \(count), fold: \($0)\(options)") }
  }

  @Test(
    arguments: ["", ", stratify: true", ", duplicates: apart", ", split_seed: 3", ", stratify: true, split_seed: 3"])
  func everyItemIsTestedOnce(options: String) throws {
    let folds = try folds(10, options)
    let all = try load("").all
    #expect(texts(folds.flatMap(\.test)).sorted() == texts(Array(all)).sorted())
    for fold in folds {
      #expect(texts(Array(fold.all)).sorted() == texts(Array(all)).sorted(), "each fold has all items")
      #expect((8...50).contains(fold.development.count), "\(fold.sizes)")
      guard options != ", duplicates: apart" else { continue }
      #expect(Set(texts(fold.test)).isDisjoint(with: texts(fold.train + fold.development)))
      #expect(Set(texts(fold.development)).isDisjoint(with: texts(fold.train)))
    }
    let sizes = folds.map { Set(texts($0.test)).count }
    #expect(options == ", duplicates: apart" || sizes.max()! - sizes.min()! <= 1, "\(sizes)")
    #expect(Set(folds.map { texts($0.development) }).count == 10, "each fold has its own")
    #expect(try self.folds(10, options) == folds)
  }

  /// A class of ten texts has one in every fold; two stay for development and training where a fold has the third.
  @Test func stratifiedFoldsHaveAllClasses() throws {
    let folds = try folds(10, ", stratify: true")
    #expect(folds.allSatisfy { $0.test.count { $0.label == "rare" } == 1 })
    #expect(folds.allSatisfy { $0.development.count { $0.label == "rare" } == 1 })
    let plain = try self.folds(10).map { $0.test.count { $0.label == "rare" } }
    #expect(Set(plain).count > 1, "which chance does not do by itself: \(plain)")
  }

  @Test func seedsSplitOtherwise() throws {
    let splits = try ["split_seed: 0", "split_seed: 1", "split_seed: 2", "split_seed: 1"].map(load)
    #expect(try splits[0] == load("lowercase: false"), "0 is the split of before")
    #expect(splits[1] == splits[3])
    #expect(Set(splits.map { texts($0.test) }).count == 3)
    let stratified = try ["", ", split_seed: 1"].map { try load("stratify: true\($0)") }
    #expect(texts(stratified[0].test) != texts(stratified[1].test))
    #expect(stratified[0].test.count { $0.label == "rare" } == stratified[1].test.count { $0.label == "rare" })
  }

  /// All folds are of the same data; another seed or number of folds is not, and neither is data without folds.
  @Test func digests() throws {
    let scratch = try Scratch().write("a", text)
    func digest(_ options: String) throws -> String {
      try scratch.load("{format: label-first, train: a\(options)}").digest
    }
    #expect(try digest(", folds: 5, fold: 1") == digest(", folds: 5, fold: 4"))
    let folds = [", folds: 5, fold: 1", ", folds: 6, fold: 1", ", folds: 5, fold: 1, split_seed: 1"]
    let others = folds + ["", ", split_seed: 1"]
    #expect(try Set(others.map(digest)).count == others.count)
    #expect(try digest(", split_seed: 0") == digest(""))
  }

  @Test func foldsOfARequest() throws {
    let request = try Scratch().request("{format: label-first, train: a, folds: 3}")
    #expect(request.openFolds == [1, 2, 3])
    #expect(request.resolved["fold"] == nil && request.resolved["test_percent"] == nil)
    let second = request.taking(fold: 2)
    #expect(second.openFolds.isEmpty && second.resolved["fold"] == .integer(2))
    #expect(try second.resolved == Scratch().request("{format: label-first, train: a, folds: 3, fold: 2}").resolved)
    #expect(try Scratch().request("{format: label-first, train: a}").openFolds.isEmpty)
  }

  /// Development has its file; test comes from train.
  @Test func developmentOfItsOwn() throws {
    let scratch = try Scratch().write("a", text).write("d", "L0 x\nL1 y\n")
    let folds = try (1...4).map { fold in
      try scratch.load("{format: label-first, train: a, development: d, folds: 4, fold: \(fold)}").labelled
    }
    #expect(folds.allSatisfy { $0.development.count == 2 } && folds.map(\.test.count).reduce(0, +) == 203)
  }

  @Test func moreFoldsThanTexts() throws {
    let scratch = try Scratch().write("a", "0 a\n1 b\n0 c\n1 d\n")
    let complaint = scratch.complaint("{format: label-first, train: a, folds: 9, fold: 9, unseen_labels: keep}")
    #expect(complaint.contains("split is empty: give more data (there are 4 items)"), "\(complaint)")
  }
}
