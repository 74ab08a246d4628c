import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// Generated sets: what a sequence looks like, that it is the same everywhere, and what cannot be.
@Suite struct GeneratedSetTests {
  private static let small = "train_items: 300, development_items: 40, test_items: 50"

  @Test func copyingWithTheItemsFirst() throws {
    for sentence in try tagged("{name: copying, length: 7, items: 3, symbols: 9, \(Self.small)}") {
      let items = Array(sentence.words[..<3])
      #expect(items.allSatisfy { (0..<9).contains(Int($0) ?? -1) })
      #expect(Array(sentence.words[3...]) == [String](repeating: "_", count: 7) + ["?", "?", "?"])
      #expect(sentence.tags == [String?](repeating: nil, count: 10) + items)
    }
  }

  @Test func copyingWithTheItemsScattered() throws {
    let sentences = try tagged("{name: copying, length: 7, items: 3, placement: scattered, \(Self.small)}")
    for sentence in sentences {
      let prefix = Array(sentence.words[..<10])
      #expect(prefix.count { $0 == "_" } == 7)
      #expect(Array(sentence.words[10...]) == ["?", "?", "?"])
      #expect(sentence.tags == [String?](repeating: nil, count: 10) + prefix.filter { $0 != "_" })
    }
    // Every position holds an item about three times in ten.
    for position in 0..<10 { #expect((80...160).contains(sentences.count { $0.words[position] != "_" })) }
  }

  @Test func copyingWithoutRepeats() throws {
    for sentence in try tagged("{name: copying, items: 7, symbols: 7, repeats: false, \(Self.small)}") {
      #expect(Set(sentence.tags.compactMap { $0 }).count == 7)
    }
  }

  @Test func addingMarksOneDigitInEachHalf() throws {
    for text in try labelled("{name: adding, length: 9, \(Self.small)}") {
      let marked = text.words.indices.filter { text.words[$0].hasSuffix("+") }
      #expect(text.words.count == 9 && marked.count == 2 && marked[0] < 4 && marked[1] >= 4)
      #expect(text.label == "\(marked.reduce(0) { $0 + Int(text.words[$1].dropLast())! })")
    }
  }

  @Test func recallAsksForKeysThatCameBefore() throws {
    let yaml = "{name: associative-recall, length: 5, symbols: 6, pairs: 4, queries: 2, \(Self.small)}"
    for sentence in try tagged(yaml) {
      let pairs = (0..<4).map { (sentence.words[2 * $0], sentence.words[2 * $0 + 1]) }
      let values = Dictionary(uniqueKeysWithValues: pairs)
      #expect(Array(sentence.words[8..<13]) == [String](repeating: "_", count: 5))
      #expect(sentence.words.count == 15 && sentence.words[13] != sentence.words[14])
      #expect(sentence.tags == [String?](repeating: nil, count: 13) + sentence.words[13...].map { values[$0]! })
    }
  }

  @Test func theOtherIsGreeted() throws {
    var speakers = [0, 0]
    for text in try labelled("{name: greeting, length: 3, symbols: 9, \(Self.small)}") {
      let (first, second, speaker) = (text.words[0], text.words[6], text.words[text.words.count - 4])
      #expect(text.words.count == 6 + 5 + 3 * 7 + 4 && first != second && text.words.suffix(3) == ["said", "hi", "to"])
      #expect([first, second].contains(speaker) && text.label == (speaker == first ? second : first))
      speakers[speaker == first ? 0 : 1] += 1
    }
    #expect(speakers.allSatisfy { $0 > 120 })
  }

  /// By hand: 0.3 y + 0.05 y Σ y + 1.5 u u' + 0.1, in which u' has been drawn nine steps before.
  @Test func narmaByHand() throws {
    let u = [0.5, 0.25, 0, 0, 0, 0, 0, 0, 0.5, 0.4, 0.2]
    let y = NARMA.outputs(u)
    #expect(y[0] == 0.1 && abs(y[1] - (0.03 + 0.05 * 0.1 * 0.1 + 0.1)) < 1e-15)
    let (nine, sum) = (y[8], y[..<9].reduce(0, +))
    #expect(abs(y[9] - (0.3 * nine + 0.05 * nine * sum + 1.5 * 0.5 * 0.4 + 0.1)) < 1e-15)
    #expect(abs(y[10] - (0.3 * y[9] + 0.05 * y[9] * (sum + y[9]) + 1.5 * 0.25 * 0.2 + 0.1)) < 1e-15)
  }

  @Test func narma() throws {
    let data = try Scratch().load("{name: narma, length: 30, \(Self.small)}")
    guard case .series(let splits) = data.corpus else { throw InputError("no series") }
    #expect(data.corpus.kind == .series && splits.sizes == [.train: 300, .development: 40, .test: 50])
    for sequence in splits.train {
      #expect(sequence.inputs.count == 30 && sequence.inputs.allSatisfy { (0..<0.5).contains($0) })
      let exact = NARMA.outputs(sequence.inputs.map { Double($0) })
      #expect(zip(sequence.targets, exact).allSatisfy { abs(Double($0) - $1) < 1e-6 })
      #expect(sequence.targets.allSatisfy { (0...1).contains($0) })
    }
    #expect(Set(splits.all.map { $0.inputs[0] }).count == 390)
    #expect(try Scratch().request("{name: narma}").kind == .series)
  }

  /// The labels that are asked for, not all tags, make the classes.
  @Test func classesAreTheLabelsThatAreAskedFor() throws {
    #expect(try Scratch().load("{name: copying, items: 3}").labels.names == (0..<8).map { "\($0)" })
    #expect(try Scratch().load("adding").labels.count == 19)
    #expect(try Scratch().load("associative-recall").labels.names == (0..<8).map { "v\($0)" })
  }

  /// The bytes of version 1: if they change, so must the version.
  @Test func sequencesAreTheSameEverywhere() throws {
    let yaml = "train_items: 2, development_items: 1, test_items: 1, length: 6}"
    let copying = try Scratch().load("{name: copying, placement: scattered, \(yaml)").tagged
    #expect(
      copying.train.map { $0.words.joined(separator: " ") } == [
        "_ _ _ 5 3 4 _ 7 _ _ ? ? ? ?", "_ _ 5 _ 0 _ 1 _ _ 0 ? ? ? ?",
      ])
    let adding = try Scratch().load("{name: adding, \(yaml)").labelled
    #expect(adding.train.map { $0.words.joined(separator: " ") } == ["2 3+ 7 4 5 8+", "3+ 4 7 0 1 1+"])
    let recall = try Scratch().load("{name: associative-recall, \(yaml)").tagged
    #expect(
      recall.train.map { $0.words.joined(separator: " ") } == [
        "k3 v5 k5 v3 k0 v4 k4 v7 _ _ _ _ _ _ k0 k4 k3 k5", "k1 v5 k7 v0 k3 v1 k5 v0 _ _ _ _ _ _ k3 k1 k7 k5",
      ])
  }

  @Test func splitsShareNoSequence() throws {
    // 8³ = 512 different sequences, of which training has most.
    let data = try Scratch().load("{name: copying, items: 3, train_items: 2000, development_items: 30, test_items: 30}")
    let (train, development) = (Set(try data.tagged.train.map(\.words)), Set(try data.tagged.development.map(\.words)))
    #expect(train.count > 400)
    #expect(train.isDisjoint(with: development))
    #expect(try train.union(development).isDisjoint(with: data.tagged.test.map(\.words)))
  }

  @Test func moreItemsLeaveTheOthersAsTheyAre() throws {
    let (few, more) = (try Scratch().load("{name: adding, train_items: 10}"), try Scratch().load("adding"))
    #expect(try few.labelled.train == Array(more.labelled.train.prefix(10)))
    #expect(try few.labelled.test == more.labelled.test)
    #expect(few.digest != more.digest)
  }

  @Test func anotherSeedGivesOtherSequences() throws {
    let (one, two) = (try Scratch().load("adding"), try Scratch().load("{name: adding, data_seed: 2}"))
    #expect(try one.labelled.test != two.labelled.test)
    #expect(try one.digest != two.digest && one.digest == Scratch().load("{name: adding, data_seed: 1}").digest)
  }

  @Test(arguments: [
    ("{name: adding, length: 1}", "DIR/study.yaml:1: adding: length must be 2 or more, one mark in each half"),
    (
      "{name: associative-recall, pairs: 9}",
      "DIR/study.yaml:1: associative-recall: pairs (9) must not exceed symbols (8): keys differ"
    ),
    (
      "{name: associative-recall, pairs: 2}",
      "DIR/study.yaml:1: associative-recall: queries (4) must not exceed pairs (2): a key is asked once"
    ),
    (
      "{name: copying, items: 9, repeats: false}",
      "DIR/study.yaml:1: copying: without repeats, items (9) must not exceed symbols (8); raise symbols"
    ),
    ("{name: copying, items: 0}", "DIR/study.yaml:1: items must be 1…10000, not 0"),
    ("{name: copying, length: 0}", "DIR/study.yaml:1: length must be 1…1000000, not 0"),
    ("{name: adding, items: 3}", "DIR/study.yaml:1: data adding: unknown key \"items\""),
    ("{name: copying, items: 1}", "generated data: there are too few different sequences for three splits"),
  ])
  func strict(_ yaml: String, _ sentence: String) {
    let complaint = Scratch().complaint(yaml)
    #expect(complaint.hasPrefix(sentence), "\(complaint)")
  }

  /// All 390 sequences of a small set.
  private func tagged(_ yaml: String) throws -> [TaggedSentence] { all(try Scratch().load(yaml).tagged) }
  private func labelled(_ yaml: String) throws -> [LabelledText] { all(try Scratch().load(yaml).labelled) }

  private func all<Item>(_ splits: Splits<Item>) -> [Item] {
    #expect([splits.train, splits.development, splits.test].map(\.count) == [300, 40, 50])
    return splits.train + splits.development + splits.test
  }
}

/// Tags of one's own files that ask for nothing.
@Suite struct IgnoredLabelTests {
  @Test func anIgnoredTagIsNoLabel() throws {
    let scratch = try Scratch().write("a", "x\tA\ny\t-\n\nz\tB\n")
    let data = try scratch.load("{format: columns, train: a, development: a, test: a, ignore_label: \"-\"}")
    #expect(try data.tagged.train.map(\.tags) == [["A", nil], ["B"]])
    #expect(data.labels.names == ["A", "B"])
    let encoded = try EncodedData(data)
    guard case .sequences(let splits) = encoded.corpus else { throw InputError("not sequences") }
    #expect(splits.train.map(\.labels) == [[0, EncodedSequence.noLabel], [1]])
  }

  /// A label that is ignored may be missing in training.
  @Test func ignoredTagsNeedNoTraining() throws {
    let scratch = try Scratch().write("a", "x\tA\ny\tB\n").write("b", "x\tA\ny\t-\n")
    let yaml = "{format: columns, train: a, development: b, test: b"
    #expect(scratch.complaint(yaml + "}").contains("the label \"-\" occurs in the development split"))
    #expect(scratch.complaint(yaml + ", ignore_label: \"-\"}") == "no complaint")
  }

  @Test func aSplitThatAsksForNothing() throws {
    let scratch = try Scratch().write("a", "x\tA\ny\tB\n").write("b", "x\t-\n")
    let yaml = "{format: columns, train: a, development: b, test: a, ignore_label: \"-\"}"
    #expect(
      scratch.complaint(yaml).hasSuffix(": every tag of the development split is the ignored one: give it more items"))
    let all = "{format: columns, train: b, development: b, test: b, ignore_label: \"-\"}"
    #expect(scratch.complaint(all).contains("every tag is the ignored one: there is nothing to learn"))
  }

  /// Studies that were run before the option existed keep their identity.
  @Test func theDefaultLeavesNoTraceInARecord() throws {
    #expect(try Scratch().request("{format: columns, train: a}").resolved["ignore_label"] == nil)
  }
}
