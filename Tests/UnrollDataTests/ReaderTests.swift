import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// Every format on a few lines, with all three splits from files.
@Suite struct ReaderTests {
  /// What reads files of people is fed damaged ones, and begins with good ones.
  @Test func allAreFuzzed() throws {
    let root = Files.parent(of: #filePath) + "/../.."
    let script = String(decoding: try Files.read("\(root)/scripts/fuzz"), as: UTF8.self)
    let list = try #require(script.firstMatch(of: #/readers=\(([^)]*)\)/#)).1.split { $0.isWhitespace }
    for name in Formats.all.map(\.name) + ["vectors"] {
      #expect(list.contains { $0 == name } && Files.exists("\(root)/Tests/Fuzz/Seeds/\(name)"), "\(name)")
    }
  }

  @Test func conlluSkipsMultiwordTokensAndEmptyNodes() throws {
    let scratch = try Scratch().write("a", conllu("don't", "VERB")).write("b", conllu("go", "NOUN"))
    let data = try scratch.load("{format: conllu, train: a, development: a, test: a}")
    #expect(
      try data.tagged.train == [
        TaggedSentence(words: ["do", "n't"], tags: ["AUX", "PART"]), TaggedSentence(words: ["don't"], tags: ["VERB"]),
      ])
    #expect(data.labels.names == ["AUX", "PART", "VERB"])
  }

  @Test func conlluTakesTheColumnOfChoice() throws {
    let scratch = try Scratch().write("a", conllu("go", "VERB"))
    let data = try scratch.load("{format: conllu, train: a, development: a, test: a, column: xpos}")
    #expect(try data.tagged.test.flatMap(\.tags) == ["MD", "RB", "X"])
  }

  @Test func columnsKeepHashesAndSkipDocumentMarks() throws {
    let scratch = try Scratch().write("a", "-DOCSTART- -X- O\n\n# NN B-x\nhot JJ O\n\nyes UH O")
    let yaml = "{format: columns, separator: space, column: 3, train: a, development: a, test: a}"
    #expect(
      try scratch.load(yaml).tagged.train == [
        TaggedSentence(words: ["#", "hot"], tags: ["B-x", "O"]), TaggedSentence(words: ["yes"], tags: ["O"]),
      ])
  }

  /// A mark ends a sentence even where the blank line is missing, and what is left out is said.
  @Test func columnsSayWhatTheyLeaveOut() throws {
    let scratch = try Scratch().write(
      "a", "# newdoc\n-DOCSTART- -X- O\n\n#1 CD B\n\n# id = 1\na NN O\n-DOCSTART- O\nb NN O\n-DOCSTART-s NN B\n")
    let yaml = "format: columns, separator: space, column: 3, train: a, development: a, test: a"
    let data = try scratch.load("{\(yaml), comments: true}")
    #expect(
      try data.tagged.train == [
        TaggedSentence(words: ["a"], tags: ["O"]), TaggedSentence(words: ["b", "-DOCSTART-s"], tags: ["O", "B"]),
      ])
    #expect(
      data.remarks.prefix(2) == [
        "a: document marks (-DOCSTART-) left out: 2", "a: lines that begin with # left out: 3",
      ])
    let hashes = try Scratch().write("a", "# new O\na b B\n\n#x b O\n").load("{\(yaml)}")
    #expect(
      hashes.remarks.first
        == "a: sentences with # as their first word: 1; if those lines are comments, set comments to true")
  }

  @Test func marksAreFoundWhereTheWordsAre() throws {
    let scratch = try Scratch().write("a", "0\t-DOCSTART-\tO\n1\ta\tX\n2\tb\tY\n")
    let yaml = "{format: columns, word_column: 2, column: 3, train: a, development: a, test: a}"
    #expect(try scratch.load(yaml).tagged.train == [TaggedSentence(words: ["a", "b"], tags: ["X", "Y"])])
  }

  @Test func columnsTakeWordsFromTheColumnOfChoice() throws {
    let scratch = try Scratch().write("a", "1\tx\tA\n2\ty\tB\n")
    let yaml = "{format: columns, word_column: 2, column: 3, train: a, development: a, test: a}"
    #expect(try scratch.load(yaml).tagged.train == [TaggedSentence(words: ["x", "y"], tags: ["A", "B"])])
  }

  @Test func labelFirstReadsFullAndCoarseLabels() throws {
    let scratch = try Scratch().write("a", "NUM:dist How far ?\nLOC:city\tWhich city\n\n")
    let yaml = "format: label-first, train: a, development: a, test: a"
    #expect(
      try scratch.load("{\(yaml)}").labelled.train == [
        LabelledText(words: ["How", "far", "?"], label: "NUM:dist"),
        LabelledText(words: ["Which", "city"], label: "LOC:city"),
      ])
    #expect(try scratch.load("{\(yaml), level: coarse}").labels.names == ["LOC", "NUM"])
  }

  @Test func filePerClassNamesItsLabels() throws {
    let scratch = try Scratch().write("n/Greek.txt", "Adamou\n\nPapa \n").write("n/Irish.txt", "Ó Se\n")
    try scratch.write("n/README", "no class")
    let data = try scratch.load("{format: file-per-class, unit: character, train: n, development: n, test: n}")
    #expect(data.labels.names == ["Greek", "Irish"])
    #expect(try data.labelled.train.map { $0.words.joined(separator: "|") } == ["A|d|a|m|o|u", "P|a|p|a", "Ó| |S|e"])
  }

  @Test func filePerClassTakesPrefixAndSuffix() throws {
    let scratch = try Scratch().write("r/p.neg", "bad\n").write("r/p.pos", "good\n").write("r/other", "x\n")
    let data = try scratch.load("{format: file-per-class, prefix: p., suffix: \"\", train: r, development: r, test: r}")
    #expect(try data.labelled.test.map(\.label) == ["neg", "pos"])
  }

  @Test func csvKnowsQuotes() throws {
    let scratch = try Scratch().write(
      "a", "id,text,label\n1,\"Yes, \"\"two\"\"\nlines\",x\n\n2,plain,\"y, z\"\n3,\"\"\"\",x\n")
    let data = try scratch.load("{format: csv, train: a, development: a, test: a}")
    #expect(
      try data.labelled.train == [
        LabelledText(words: ["Yes", ",", "\"", "two", "\"", "lines"], label: "x"),
        LabelledText(words: ["plain"], label: "y, z"), LabelledText(words: ["\""], label: "x"),
      ])
  }

  @Test(arguments: [("semicolon", ";"), (";", ";"), ("tab", "\t"), ("pipe", "|"), ("comma", ",")])
  func csvTakesTheSeparatorOfChoice(_ name: String, _ mark: String) throws {
    let scratch = try Scratch().write("a", "text\(mark)label\n\"a\(mark)b\"\(mark)x\nc\(mark)y\n")
    let yaml = "{format: csv, separator: '\(name)', tokeniser: spaces, train: a, development: a, test: a}"
    #expect(
      try scratch.load(yaml).labelled.train.map(\.words)
        == [Tokeniser(DataOptions()).tokens(Array("a\(mark)b".utf8)[...]), ["c"]])
  }

  /// The same text has the same words in every format, and its quotes are words of their own.
  @Test func textsHaveTheSameWordsInEveryFormat() throws {
    let scratch = try Scratch().write("l", "p a \"superb\" film\nn x\n").write(
      "t", "text\tlabel\na \"superb\" film\tp\nx\tn\n")
    try scratch.write("c", "text,label\n\"a \"\"superb\"\" film\",p\nx,n\n").write("f/p.txt", "a \"superb\" film\n")
    try scratch.write("f/n.txt", "x\n")
    for (format, file) in [("label-first", "l"), ("tsv", "t"), ("csv", "c"), ("file-per-class", "f")] {
      let data = try scratch.load("{format: \(format), train: \(file), development: \(file), test: \(file)}")
      #expect(try data.labelled.train.contains { $0.words == ["a", "\"", "superb", "\"", "film"] }, "\(format)")
      #expect(try scratch.request("{format: \(format), train: x}").resolved["tokeniser"] == .string("words"))
    }
  }

  @Test func tsvTakesQuotesAsTheyAreAndTwoTexts() throws {
    let scratch = try Scratch().write("a", "A\tB\tv\n\"x\tA dog\tN\ny\tB\tE\n")
    let columns = "text_column: A, second_text_column: B, label_column: v, lowercase: true"
    let data = try scratch.load("{format: tsv, \(columns), train: a, development: a, test: a}")
    let written = ["\"", "x", "<sep>", "A", "dog"]
    #expect(
      try data.labelled.train[0]
        == LabelledText(words: written.map { $0.lowercased() }, label: "N", written: written, boundary: 3))
    let short = try scratch.load("{format: tsv, text: [A, B], label_column: v, train: a, development: a, test: a}")
    #expect(try short.labelled.train[1] == LabelledText(words: ["y", "<sep>", "B"], label: "E", boundary: 2))
    let one = try scratch.load("{format: tsv, text: B, label_column: v, train: a, development: a, test: a}")
    #expect(try one.labelled.train.map(\.boundary) == [nil, nil])
  }

  @Test func textInWordsAndCharacters() throws {
    let scratch = try Scratch().write("a", " = Title = \n\nOne é\n").write("b", "x y\n")
    let yaml = "format: text, train: a, development: b, test: b"
    #expect(
      try scratch.load("{\(yaml)}").text.train == ["=", "Title", "=", "<eos>", "<eos>", "One", "é", "<eos>"])
    #expect(try scratch.load("{\(yaml), line_token: \"\"}").text.train == ["=", "Title", "=", "One", "é"])
    let characters = try scratch.load("{\(yaml), unit: character, lowercase: true}").text
    #expect(characters.train.suffix(7) == ["\n", "o", "n", "e", " ", "é", "\n"])
    #expect(characters.test == ["x", " ", "y", "\n"])
  }

  @Test func everyFormatIsListedOnceAndDescribed() {
    #expect(Set(Formats.all.map(\.name)).count == Formats.all.count)
    for format in Formats.all {
      #expect(format.options.map(\.name) == format.keys)
      #expect(!format.summary.isEmpty)
    }
  }

  /// A sentence with a multiword token and an empty node, then one of a single word.
  private func conllu(_ word: String, _ tag: String) -> String {
    func line(_ id: String, _ form: String, _ upos: String, _ xpos: String) -> String {
      [id, form, "_", upos, xpos, "_", "_", "_", "_", "_"].joined(separator: "\t") + "\n"
    }
    return "# text = don't\n" + line("1-2", "don't", "_", "_") + line("1", "do", "AUX", "MD")
      + line("2", "n't", "PART", "RB") + line("2.1", "go", "VERB", "VB") + "\n" + line("1", word, tag, "X")
  }
}
