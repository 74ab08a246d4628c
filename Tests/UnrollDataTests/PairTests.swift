import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// Sources and targets: how files become pairs, on which side a pair falls, and what a model reads of it.
@Suite struct PairTests {
  private static let files = "train: a.x, development: a.x, test: a.x"

  @Test(arguments: [
    ("format: pairs", "target\tid\tsource\nzwei \"x\t7\tTwo x\n\ndrei\t8\tThree\n"),
    ("format: pairs, separator: comma", "id,source,target\n1,Two x,\"zwei \"\"x\"\n2,Three,drei\n"),
    ("format: pairs, separator: ;, source_column: b, target_column: a", "a;b\nzwei \"x;Two x\ndrei;Three\n"),
    ("format: pairs, source_column: 1, target_column: 2", "Two x\tzwei \"x\t(a note)\nThree\tdrei\t\n"),
    ("format: pairs, source_column: 2, target_column: 1", "zwei \"x\tTwo x\r\ndrei\tThree\r\n"),
  ])
  func columns(_ options: String, _ text: String) throws {
    let data = try Scratch().write("a.x", text).load("{\(options), \(Self.files)}")
    #expect(
      try data.pairs.train == [
        TextPair(source: ["Two", "x"], target: ["zwei", "\"", "x"]), TextPair(source: ["Three"], target: ["drei"]),
      ])
    #expect(data.labels.count == 0 && data.corpus.kind == .pairs && data.corpus.sizes[.test] == 2)
  }

  @Test func parallelFiles() throws {
    let scratch = try Scratch().write("a.x", "Two x\n \nThree").write("a.y", "zwei\n\ndrei !\n")
    let yaml = "format: parallel, target_extension: y"
    #expect(
      try scratch.load("{\(yaml), \(Self.files)}").pairs.test == [
        TextPair(source: ["Two", "x"], target: ["zwei"]), TextPair(source: ["Three"], target: ["drei", "!"]),
      ])
    // Either file makes the digest, and other files are read as these are.
    let digest = try scratch.load("{\(yaml), \(Self.files)}").digest
    let request = try scratch.request("{\(yaml), \(Self.files)}")
    let (held, test) = (
      try request.heldOut(["\(scratch.path)/a.x"], labels: LabelSet([])), try request.load(DataLocation("")).pairs.test
    )
    #expect(held == .pairs(Splits(development: test, test: test)))
    try scratch.write("a.y", "zwei\n\ndrei ?\n")
    #expect(try scratch.load("{\(yaml), \(Self.files)}").digest != digest)
  }

  @Test func eitherSideHasItsUnit() throws {
    let scratch = try Scratch().write("a.x", "Née x\tN EY\n")
    let yaml = "format: pairs, source_column: 1, target_column: 2, \(Self.files)"
    func pair(_ options: String) throws -> TextPair { try scratch.load("{\(yaml), \(options)}").pairs.test[0] }
    let letters = ["N", "é", "e", " ", "x"]
    #expect(try pair("unit: character") == TextPair(source: letters, target: ["N", " ", "E", "Y"]))
    #expect(try pair("unit: character, target_unit: word") == TextPair(source: letters, target: ["N", "EY"]))
    #expect(try pair("target_unit: character") == TextPair(source: ["Née", "x"], target: ["N", " ", "E", "Y"]))
    #expect(
      try pair("lowercase: true")
        == TextPair(source: ["née", "x"], target: ["n", "ey"], writtenSource: ["Née", "x"]))
    let request = try scratch.request("{\(yaml), unit: character, target_unit: word}")
    #expect(request.isOfCharacters && request.tokeniser?.unit == .character && request.targetTokeniser?.unit == .word)
    #expect(try Scratch().request("cmu-stress").targetTokeniser == nil)
    #expect(try Scratch().request("{\(yaml), unit: character, target_unit: word, tokeniser: words}").idle.isEmpty)
  }

  @Test(arguments: [
    ("pairs", "source\ttarget\na\tb\nc\n", "a.x:3: this line has 1 column, the first line has 2"),
    ("pairs", "source\ttarget\na\tb\tc\n", "a.x:2: this line has 3 columns, the first line has 2"),
    ("pairs", "source\ttarget\na\t \n", "a.x:2: the target is empty"),
    ("pairs", "source\ttarget\n\tb\n", "a.x:2: the source is empty"),
    ("pairs", "source\ttarget\n", "a.x: there are no pairs in this file"),
    (
      "pairs, tokeniser: spaces", "source\ttarget\na\tb </s> c\n",
      "a.x:2: the target has the token </s>, which stands for its end: write it otherwise"
    ),
    (
      "pairs", "english\tgerman\na\tb\n",
      "a.x:1: unknown column \"source\" (known: english, german); without a header, set source_column and target_column to "
        + "numbers from 1"
    ),
    (
      "pairs", "source,target\na,b\n",
      "a.x:1: the header has no tab, but a comma; if that separates the columns, set separator to comma; without a header, "
        + "set source_column and target_column to numbers from 1"
    ),
    (
      "pairs, source_column: 1, target_column: 3", "a\tb\n",
      "a.x:1: this line has 2 columns, the source stands in column 1 and the target in 3"
    ),
    (
      "pairs, source_column: 1", "a\tb\n",
      "study.yaml:1: source_column and target_column must be two names of a header, or two numbers from 1 without one"
    ),
    (
      "pairs, source_column: target", "a\tb\n",
      "study.yaml:1: source_column and target_column must be two names of a header, or two numbers from 1 without one"
    ),
    (
      "pairs, source_column: 0, target_column: 1", "a\tb\n",
      "study.yaml:1: source_column and target_column must be 1…1000 where they are numbers"
    ),
    (
      "parallel", "a\n",
      "study.yaml:1: target_extension is missing: en, where the targets of train.de stand in train.en"
    ),
    (
      "parallel, target_extension: x", "a\n",
      "study.yaml:1: a.x must end in a dot and something else than target_extension (x)"
    ),
    ("parallel, target_extension: z", "a\n", "study.yaml:1: data: there is no file DIR/a.z"),
    (
      "parallel, target_extension: y", "a\nb\n",
      "a.y:3: there are 3 lines, and 2 in DIR/a.x: a line of one belongs to the same line of the other"
    ),
    ("parallel, target_extension: y", "a\n\nc\n", "a.x:2: the source is empty"),
    ("parallel, target_extension: w", "a\nb\n", "a.w:2: the target is empty"),
    (
      "parallel, tokeniser: spaces, target_extension: v", "a\nb\n",
      "a.v:1: the target has the token </s>, which stands for its end: write it"
    ),
  ])
  func complaints(_ format: String, _ text: String, _ sentence: String) throws {
    let scratch = try Scratch().write("a.x", text).write("a.y", "u\nv\nw\n").write("a.w", "u\n \n")
    try scratch.write("a.v", "</s>\nu\n")
    let complaint = scratch.complaint("{format: \(format), \(Self.files)}")
    #expect(complaint.hasPrefix("DIR/" + sentence), "\(complaint)")
  }

  /// By the source alone, whatever stands beside it.
  @Test func equalSourcesFallOnOneSide() throws {
    let lines = (0..<600).map { "word \($0 / 3)\ttarget \($0)\n" }
    let long = (0..<20).map { "a long \($0)\tone\nshort \($0)\tone two three\n" }
    let yaml = "{format: pairs, source_column: 1, target_column: 2, train: a"
    let scratch = try Scratch().write("a", (lines + long).joined())
    let splits = try scratch.load(yaml + "}").pairs
    let sides = [splits.train, splits.development, splits.test].map { Set($0.map(\.source)) }
    #expect(
      sides[0].isDisjoint(with: sides[1]) && sides[0].isDisjoint(with: sides[2]) && sides[1].isDisjoint(with: sides[2]))
    #expect(splits.all.count == 640 && sides.allSatisfy { $0.count > 8 })
    let shorter = try scratch.load(yaml + ", max_length: 2}").pairs
    #expect(shorter.train == splits.train.filter { $0.source[0] == "word" } && shorter.test == splits.test)
    let few = try scratch.load(yaml + ", max_length: 2, subsample: 30, subsample_held_out: 6}").pairs
    #expect(few.sizes == [.train: 30, .development: 6, .test: 6])
    #expect(Set(few.train.map(\.source)).count == 10 && few.train.allSatisfy(splits.train.contains))
  }

  @Test func aDecoderReadsTheEndThenTheTarget() throws {
    let scratch = try Scratch().write("a", "x y\tp p q\nx\tp\nx z\tq q q\n").write("b", "y x w\tq r p\n")
    let options = "source_column: 1, target_column: 2, train: a, development: b, test: b"
    let data = try scratch.load("{format: pairs, \(options)}")
    let encoded = try EncodedData(data, spelled: true)
    #expect(encoded.vocabulary.tokens == ["<unk>", "x", "y", "z"])
    let targets = try #require(encoded.targetVocabulary)
    #expect(targets.tokens == ["<unk>", "q", "</s>", "p"] && targets.counts == [0, 4, 3, 3])
    guard case .sequences(let splits) = encoded.corpus else { throw InputError("no sequences") }
    var first = EncodedSequence(tokens: [2, 3, 3, 1], labels: [3, 3, 1, 2], seen: [true, true, true, true])
    (first.source, first.sourceWords) = ([1, 2], ["x", "y"])
    var test = EncodedSequence(tokens: [2, 1, 0, 3], labels: [1, 0, 3, 2], seen: [true, true, false, true])
    // Of a target with words that training lacks the words are kept, since ids do not have them.
    (test.source, test.sourceWords, test.reference) = ([2, 1, 0], ["y", "x", "w"], ["q", "r", "p"])
    #expect(splits.train[0] == first && splits.test == [test] && splits.development == [test])
    #expect(encoded.corpus.unknownShares == [.train: 0, .development: 0.25, .test: 0.25])
    #expect(encoded.corpus.unknownSourceShares == [.train: 0, .development: 1.0 / 3, .test: 1.0 / 3])
    // A stored model has its own tables, and limits hold for both sides.
    let stored = try EncodedData(
      data.corpus, vocabulary: encoded.vocabulary, targetVocabulary: targets, labels: data.labels, spelled: true)
    #expect(stored.corpus == encoded.corpus)
    let cut = try EncodedData(data, limit: 3)
    #expect(cut.vocabulary.tokens == ["<unk>", "x", "y"] && cut.targetVocabulary?.tokens == ["<unk>", "q", "</s>"])
  }

  @Test func targetsNeedTheirEnd() throws {
    func complaint(_ pair: TextPair, targets: Vocabulary?) -> String? {
      let corpus = Corpus.pairs(Splits(train: [pair]))
      let error = #expect(throws: InputError.self) {
        try EncodedData(
          corpus, vocabulary: Vocabulary(counting: corpus), targetVocabulary: targets, labels: LabelSet([]))
      }
      return error?.description
    }
    let known = Vocabulary(counting: ["a", "</s>"])
    let lacking = "the vocabulary of the targets lacks </s>: lower minimum_count, or raise vocabulary_limit"
    #expect(complaint(TextPair(source: ["x"], target: ["a"]), targets: Vocabulary(counting: ["a"])) == lacking)
    #expect(complaint(TextPair(source: ["x"], target: ["a"]), targets: nil) == lacking)
    #expect(
      complaint(TextPair(source: ["x"], target: ["a", "</s>"]), targets: known)
        == "the target has the token </s>, which stands for its end: write it otherwise")
  }

  @Test func kindsAreReadAndWritten() throws {
    for kind in CorpusKind.allCases { #expect(try CorpusKind(json: kind.json()) == kind) }
    #expect(CorpusKind.pairs.rawValue == "source and target")
  }
}

/// Sets of pairs that are read in a way of their own, and the one that is made.
@Suite struct PairSetTests {
  @Test(arguments: [
    ("IN: jump OUT: I_JUMP\njump\n", "DIR/scan/tasks_train_simple.txt:2: not a line of SCAN: IN: command OUT: actions"),
    ("IN: jump OUT:\n", "DIR/scan/tasks_train_simple.txt:1: the target is empty"),
    ("IN: OUT: I_JUMP\n", "DIR/scan/tasks_train_simple.txt:1: the source is empty"),
  ])
  func brokenCommands(_ text: String, _ sentence: String) throws {
    let scratch = try Scratch().write("scan/tasks_train_simple.txt", text)
    #expect(scratch.complaint("scan-simple") == sentence)
  }

  @Test func pronunciationsOfAWordStayTogether() throws {
    let words = (0..<300).map { "w\($0) W AH0 N\nw\($0)(2) W AO2 N # as\nw\($0)(3) W AO1 N\n" }
    let scratch = try Scratch().write("cmudict/cmudict.dict", words.joined() + "d'a(v) D AA1\n")
    let data = try scratch.load("cmudict")
    let splits = try data.pairs
    #expect(splits.all.count == 601)
    #expect(data.remarks == ["pronunciations that differ in stress alone, each kept once: 300 left out"])
    #expect(splits.all.contains(TextPair(source: "d'a(v)".map { String($0) }, target: ["D", "AA"])))
    for (one, other) in [(splits.train, splits.test), (splits.train, splits.development)] {
      #expect(Set(one.map(\.source)).isDisjoint(with: other.map(\.source)) && other.count > 10)
    }
    #expect(
      splits.test.filter { $0.source == splits.test[0].source }.map(\.target) == [["W", "AH", "N"], ["W", "AO", "N"]])
    #expect(
      try Scratch().write("cmudict/cmudict.dict", "a AH0\nb # none\n").complaint("cmudict")
        == "DIR/cmudict/cmudict.dict:2: the target is empty")
  }

  /// So that whoever tells languages apart has not seen the names that are to be written.
  @Test func namesFallWhereTheClassifierHasThem() throws {
    let scratch = Scratch()
    for language in ["Czech", "Irish"] {
      try scratch.write("names-by-language/\(language).txt", (0..<80).map { "\(language) \($0)\n" }.joined())
    }
    let (names, texts) = (
      try scratch.load("names-given-language").pairs, try scratch.load("names-by-language").labelled
    )
    #expect(names.test.map(\.target) == texts.test.map(\.words))
    #expect(names.train.map(\.source) == texts.train.map { [$0.label] })
  }

  @Test func numbersAreWrittenOut() throws {
    let yaml = "name: number-names, train_items: 300, development_items: 40, test_items: 50"
    let splits = try Scratch().load("{\(yaml), length: 6}").pairs
    #expect(splits.sizes == [.train: 300, .development: 40, .test: 50])
    #expect(Set(splits.train.map(\.source)).isDisjoint(with: splits.test.map(\.source)))
    for pair in splits.all { #expect(pair.source.count == 6 && value(pair.target) == Int(pair.source.joined())) }
    let longer = try Scratch().load("{\(yaml), length: 5, shortest: 4, test_lengths: \"6,9\"}").pairs
    #expect(longer.test.map(\.source.count) == Array(repeating: 6, count: 50) + Array(repeating: 9, count: 50))
    for pair in longer.all { #expect(value(pair.target) == Int(pair.source.joined())) }
    #expect(Set(longer.train.map(\.source.count)) == [4, 5])
    #expect(
      Scratch().complaint("{\(yaml), length: 10}")
        == "DIR/study.yaml:1: length must be 1…9 digits here, not 10")
  }

  /// Words to their number, another way than they were made.
  private func value(_ words: [String]) -> Int {
    let ones = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    let stems = ["thir": 3, "four": 4, "fif": 5, "six": 6, "seven": 7, "eigh": 8, "nine": 9, "twen": 2, "for": 4]
    var (total, part) = (0, 0)
    for word in words {
      switch word {
      case "hundred": part *= 100
      case "thousand": (total, part) = (total + 1000 * part, 0)
      case "million": (total, part) = (total + 1_000_000 * part, 0)
      case _ where word.hasSuffix("teen"): part += 10 + stems[String(word.dropLast(4))]!
      case _ where word.hasSuffix("ty"): part += 10 * stems[String(word.dropLast(2))]!
      default: part += 1 + ones.firstIndex(of: word)!
      }
    }
    return total + part
  }
}
