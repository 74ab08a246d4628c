import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

@Suite struct EncodingTests {
  static let tokens = ["b", "a", "cc", "b", "é", "cc", "b", "<unk>", "a", "d"]

  @Test func idsFallWithCountsThenBytes() {
    let vocabulary = Vocabulary(counting: EncodingTests.tokens)
    #expect(vocabulary.tokens == ["<unk>", "b", "a", "cc", "d", "é"])
    #expect(vocabulary.counts == [1, 3, 2, 2, 1, 1])
    #expect(vocabulary.tokens.map(vocabulary.id) == [0, 1, 2, 3, 4, 5])
    #expect(vocabulary.id("zz") == 0 && vocabulary.id("z") == 0)
  }

  /// In small letters for the vocabulary; as they stand in the file for whoever reads how they are written.
  @Test(arguments: [
    ("columns", "The\tD\nCat\tN\n\nthe\tD\n", ["The", "Cat"]),
    ("label-first", "n The Cat's 3Com\nd the\n", ["The", "Cat's", "3Com"]),
    ("csv, second_text_column: b", "label,text,b\nn,The Cat,A b\nd,the,c\n", ["The", "Cat", "<sep>", "A", "b"]),
  ])
  func lowerCaseKeepsSpellings(format: String, text: String, words: [String]) throws {
    let scratch = try Scratch().write("a", text)
    let options = "train: a, development: a, test: a, lowercase: true"
    let loaded = try scratch.load("{format: \(format), \(options)}")
    let data = try EncodedData(loaded, spelled: true)
    guard case .sequences(let splits) = data.corpus else { throw InputError("no sequences") }
    #expect(splits.train[0].words == words)
    #expect(splits.train[0].tokens.map { data.vocabulary.tokens[Int($0)] } == words.map { $0.lowercased() })
    #expect(splits.train[1].tokens[0] == splits.train[0].tokens[0] && splits.train[1].words[0] == "the")
    guard case .sequences(let plain) = try EncodedData(loaded).corpus else { throw InputError("no sequences") }
    #expect(plain.train[0].words.isEmpty && plain.train[0].tokens == splits.train[0].tokens)
  }

  @Test func rareTokensAreCutButSeen() {
    let vocabulary = Vocabulary(counting: EncodingTests.tokens, minimumCount: 2)
    #expect(vocabulary.tokens == ["<unk>", "b", "a", "cc"])
    #expect(vocabulary.counts == [3, 3, 2, 2])
    #expect(vocabulary.id("d") == 0 && vocabulary.id("é") == 0)
    #expect(["d", "é"].map(vocabulary.find) == [0, 0] && vocabulary.find("b") > 0, "cut, and known")
    #expect(["x", "xyz"].map(vocabulary.find) == [-1, -1], "never seen")
  }

  @Test func theLimitCountsTheUnknown() {
    #expect(Vocabulary(counting: EncodingTests.tokens, limit: 3).tokens == ["<unk>", "b", "a"])
    #expect(Vocabulary(counting: EncodingTests.tokens, limit: 1).counts == [10])
    #expect(Vocabulary(counting: [], minimumCount: 1, limit: 0).tokens == ["<unk>"])
  }

  @Test func aStoredVocabularyIsEqual() {
    let vocabulary = Vocabulary(counting: EncodingTests.tokens, minimumCount: 2)
    let stored = Vocabulary(tokens: vocabulary.tokens, counts: vocabulary.counts)
    #expect(stored == vocabulary)
    #expect(EncodingTests.tokens.map(stored.id) == EncodingTests.tokens.map(vocabulary.id))
    #expect(Vocabulary(counting: ["e\u{301}"]) != Vocabulary(counting: ["\u{E9}"]))
  }

  @Test func labelsAreSortedByBytes() {
    let labels = LabelSet(["b", "B", "a", "b", "É"])
    #expect(labels.names == ["B", "a", "b", "É"])
    #expect(labels.id("b") == 2 && labels.id("c") == nil && labels[1] == "a")
  }

  @Test func taggedSequences() throws {
    let data = try Scratch().write("a", "x\tA\nx\tB\ny\tA\n").write("b", "y\tB\nx\tA\nz\tA\n")
      .load("{format: columns, train: a, development: b, test: b}")
    let encoded = try EncodedData(data, minimumCount: 2)
    guard case .sequences(let splits) = encoded.corpus else { throw InputError("no sequences") }
    #expect(splits.train == [EncodedSequence(tokens: [1, 1, 0], labels: [0, 1, 0], seen: [true, true, true])])
    #expect(splits.test == [EncodedSequence(tokens: [0, 1, 0], labels: [1, 0, 0], seen: [true, true, false])])
  }

  @Test func labelledSequencesHaveOneLabel() throws {
    let data = try Scratch().write("a", "p a b\nq a\n").load("{format: label-first, train: a, development: a, test: a}")
    guard case .sequences(let splits) = try EncodedData(data).corpus else { throw InputError("no sequences") }
    #expect(splits.train.map(\.labels) == [[0], [1]])
    #expect(splits.train.map(\.tokens) == [[1, 2], [1]])
  }

  @Test func runningTextIsOneStream() throws {
    let data = try Scratch().write("a", "a b a\n").write("b", "c a\n")
      .load("{format: text, train: a, development: b, test: b}")
    let encoded = try EncodedData(data)
    #expect(encoded.corpus == .stream(Splits(train: [1, 3, 1, 2], development: [0, 1, 2], test: [0, 1, 2])))
    #expect(encoded.labels.count == 0)
  }

  @Test func strangeLabelsAreRefused() {
    let corpus = Corpus.labelled(Splits(train: [LabelledText(words: ["a"], label: "nuon")]))
    let error = #expect(throws: InputError.self) {
      try EncodedData(corpus, vocabulary: Vocabulary(counting: corpus), labels: LabelSet(["noun", "verb"]))
    }
    #expect(error?.description == "unknown label \"nuon\"; did you mean \"noun\"? (known: noun, verb)")
  }
}
