import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// Bad input gets one sentence: where, what, and what to do.
@Suite struct ComplaintTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let options: String
    let file: String
    let sentence: String
    var testDescription: String { sentence }
  }

  static let cases = [
    Case(
      options: "format: conllu", file: "# c\n1\ta\tb\n",
      sentence: "DIR/a:2: a token line of CoNLL-U has 10 columns between single tabs, this one has 3"),
    Case(
      options: "format: conllu", file: "x\ta\t_\tA\tA\t_\t_\t_\t_\t_\n",
      sentence: "DIR/a:1: \"x\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1"),
    Case(options: "format: conllu", file: "# only\n\n", sentence: "DIR/a: there are no sentences in this file"),
    Case(options: "format: columns", file: "", sentence: "DIR/a: the file is empty"),
    Case(options: "format: columns", file: " \n\t\n", sentence: "DIR/a: the file is empty"),
    Case(
      options: "format: columns", file: "a\tA\nb\n",
      sentence: "DIR/a:2: this line has 1 columns, the lines before it have 2"),
    Case(
      options: "format: columns, column: 3", file: "a\tA\n",
      sentence: "DIR/a:1: column 3 is asked for, this line has 2"),
    Case(
      options: "format: columns", file: "a O\nb O\n",
      sentence:
        "DIR/a:1: column 2 is asked for, this line has 1; if blanks stand between columns, set separator to space"),
    Case(
      options: "format: columns, separator: comma", file: "a\tA\n",
      sentence: "DIR/a:1: column 2 is asked for, this line has 1; if tabs stand between columns, set separator to tab"),
    Case(
      options: "format: columns, separator: space", file: "# sent_id = 1\na O\n",
      sentence:
        "DIR/a:2: this line has 2 columns, the lines before it have 4; if lines that begin with # are comments, "
        + "set comments to true"),
    Case(
      options: "format: columns", file: "a\tA\n\n# text\nb\tB\n",
      sentence:
        "DIR/a:3: this line has 1 columns, the lines before it have 2; if lines that begin with # are comments, "
        + "set comments to true"),
    Case(
      options: "format: columns", file: "_\tA\n_\tB\n",
      sentence: "DIR/a: every word is \"_\": this treebank comes without its text; put the text in, with the program "
        + "that its publisher gives"),
    Case(
      options: "format: columns", file: "a\tA \n", sentence: "DIR/a:1: the tag \"A \" begins or ends with a blank"),
    Case(options: "format: columns", file: "a\tA\nb\t\n", sentence: "DIR/a:2: the tag is empty"),
    Case(options: "format: columns", file: "a\tA\n\tB\n", sentence: "DIR/a:2: the word is empty"),
    Case(
      options: "format: label-first", file: "1 a\n2\n",
      sentence: "DIR/a:2: a line is a label, a blank and a text; there is no text after \"2\""),
    Case(
      options: "format: label-first, level: coarse", file: "A:x a\nB b\n",
      sentence:
        "DIR/a:2: the label \"B\" has no coarse part before a colon, as level: coarse wants; level: full takes any"),
    Case(
      options: "format: label-first", file: "__label__a x\n__label__a __label__b y\n",
      sentence: "DIR/a:2: this line has several labels (__label__…): a text has one class here; keep one label a line"),
    Case(
      options: "format: label-first", file: "__label__a,__label__b x\n",
      sentence: "DIR/a:1: this line has several labels (__label__…): a text has one class here; keep one label a line"),
    Case(
      options: "format: label-first", file: "good film __label__a\n",
      sentence: "DIR/a:1: the label (__label__…) stands inside the line: put it first"),
    Case(
      options: "format: csv", file: "text;label\na;b\n",
      sentence: "DIR/a:1: the header has no comma, but a semicolon; if that separates the columns, set separator to "
        + "semicolon"),
    Case(
      options: "format: tsv", file: "text,label\na,b\n",
      sentence: "DIR/a:1: the header has no tab, but a comma; if that separates the columns, set format to csv and "
        + "separator to comma"),
    Case(
      options: "format: csv", file: "text,label,text\na,b,c\n",
      sentence: "DIR/a:1: two columns of the header are called \"text\"; rename one"),
    Case(
      options: "format: csv", file: "text,label,label\na,b,c\n",
      sentence: "DIR/a:1: two columns of the header are called \"label\"; rename one"),
    Case(
      options: "format: text", file: "a\nb\0\n",
      sentence: "DIR/a:2: this line holds a NUL, so the file is no text, "
        + "or in an encoding that it does not name; convert it to UTF-8"),
    Case(
      options: "format: csv", file: "text,label\na,b,c\n",
      sentence: "DIR/a:2: this line has 3 columns, the header has 2"),
    Case(
      options: "format: csv", file: "txt,label\na,b\n",
      sentence: "DIR/a:1: unknown column \"text\"; did you mean \"txt\"? (known: txt, label)"),
    Case(
      options: "format: csv", file: "text,label\na,b\n\"c\nd,e\n",
      sentence: "DIR/a:3: a quote is opened here and never closed"),
    Case(
      options: "format: csv", file: "text,label\n\"c\"d,e\n",
      sentence: "DIR/a:2: there is text after a closing quote; a quote inside a field is written twice"),
    Case(options: "format: csv", file: "text,label\n\"x\ny\",\n", sentence: "DIR/a:2: the label is empty"),
    Case(options: "format: tsv", file: "text\tlabel\n \tx\n", sentence: "DIR/a:2: the text is empty"),
    Case(
      options: "format: tsv", file: "text\tlabel\n", sentence: "DIR/a: there are no lines after the header in this file"
    ),
    Case(options: "format: text", file: "\n\n", sentence: "DIR/a: the file is empty"),
    Case(
      options: "format: label-first", file: "1 a\n1 b\n",
      sentence: "DIR/a: every item has the label \"1\": there is nothing to learn; choose another column"),
  ]

  @Test(arguments: cases) func sentence(_ bad: Case) throws {
    let scratch = try Scratch().write("a", bad.file)
    #expect(scratch.complaint("{\(bad.options), train: a, development: a, test: a}") == bad.sentence)
  }

  @Test(arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
  func invalidUTF8(_ bytes: [UInt8]) throws {
    let scratch = try Scratch().write("a", bytes: Array("one\ntwo ".utf8) + bytes)
    #expect(
      scratch.complaint("{format: text, train: a}")
        == "DIR/a:2: this line is not valid UTF-8; convert the file, or set encoding to iso-8859-1 or "
        + "windows-1252")
  }

  @Test func labelOutsideTraining() throws {
    let scratch = try Scratch().write("a", "x\tA\ny\tB\n").write("b", "#\tA\n\nx\tA\nz\tC\n")
    let files = "format: columns, train: a, development: a, test: b"
    #expect(
      scratch.complaint("{\(files)}")
        == "DIR/b:4: the label \"C\" occurs in the test split but never in training; correct it, or set unseen_labels "
        + "to keep (such items count as errors) or drop")
    #expect(try scratch.load("{\(files), unseen_labels: keep}").labels.names == ["A", "B", "C"])
    let dropped = try scratch.load("{\(files), unseen_labels: drop}")
    #expect(dropped.labels.names == ["A", "B"])
    #expect(try dropped.tagged.test.count == 1)
  }

  @Test func aLabelForEveryItem() throws {
    let joined = try Scratch().write("a", (0..<30).map { "news,\($0) text \($0)\n" }.joined())
    #expect(
      joined.complaint("{format: label-first, train: a}")
        == "DIR/a: there are 30 different labels for 30 places, such as \"news,0\": an item has one label, and every "
        + "label several items; choose another column, or take joined labels apart")
    let tags = try Scratch().write("a", (0..<30).map { "w\($0)\tX\n\n" }.joined())
    #expect(tags.complaint("{format: columns, column: 1, train: a}").hasPrefix("DIR/a: there are 30 different labels"))
  }

  @Test func whatIsNoFile() throws {
    let scratch = try Scratch().write("d/a", "1 x\n")
    #expect(scratch.complaint("{format: label-first, train: d}") == "DIR/d: is a folder, a file is needed")
    #expect(scratch.complaint("{format: file-per-class, train: d/a}").hasPrefix("DIR/d/a: cannot be listed"))
    #expect(
      scratch.complaint("{format: text, train: /dev/zero}")
        == "/dev/zero: is a pipe, a socket or a device, a regular file is needed")
  }

  @Test func missingDefaultSet() throws {
    let sentence = #expect(throws: InputError.self) {
      try Datasets.named("cmu-stress").load(DataLocation(roots: ["/nowhere", "/no/other"]))
    }
    #expect(
      sentence?.description == "the data set cmu-stress needs cmu/cmudict-0.4.out, looked for in /nowhere, /no/other; "
        + "run scripts/data, which unpacks the Debian package festlex-cmu")
  }

  @Test func missingPublicSet() throws {
    let sentence = #expect(throws: InputError.self) { try Datasets.named("sick").load(DataLocation("/nowhere")) }
    #expect(
      sentence?.description == "the data set sick needs sick/SICK_train.txt, looked for in /nowhere; "
        + "get it from https://zenodo.org/record/2787612 and name the folder above it with --data DIR")
  }

  @Test func missingOwnFile() {
    #expect(
      Scratch().complaint("{format: text, train: a.txt}") == "DIR/study.yaml:1: data: there is no file DIR/a.txt")
  }

  @Test func emptySplit() throws {
    let scratch = try Scratch().write("a", "x one\ny one\n")
    #expect(
      scratch.complaint("{format: label-first, train: a}").hasSuffix(
        "give more data (there are 2 items), a file for it, or a larger development_percent"))
    let copies = try Scratch().write("a", (0..<400).map { "\($0 % 2) text \($0 % 4)\n" }.joined())
    let yaml = "format: label-first, train: a"
    #expect(
      copies.complaint("{\(yaml), development_percent: 1}")
        == "DIR/study.yaml:1: the development split is empty: different texts among 400 items: 4; equal ones stay together "
        + "unless duplicates is apart; give more data (there are 400 items), a file for it, or a larger development_percent"
    )
    #expect(try copies.load("{\(yaml), duplicates: apart}").labelled.test.count > 20)
    let long = try Scratch().write("a", "x a b\ny a b\n")
    #expect(
      long.complaint("{\(yaml), development: a, test: a, max_length: 1}")
        == "DIR/study.yaml:1: the train split is empty: give more data (there are 4 items), or a larger max_length")
    // Its own file excludes a percentage.
    try long.write("t", "z a b\n")
    #expect(
      long.complaint("{\(yaml), development: a, test: t, unseen_labels: drop}")
        == "DIR/study.yaml:1: the test split is empty: give more data (there are 4 items)")
  }

  @Test func brokenDefaultSets() throws {
    let scratch = try Scratch().write("cmu/cmudict-0.4.out", "MNCL\n(\"a\" nil (((ey) 2)))\n")
    #expect(scratch.complaint("cmu-stress").hasPrefix("DIR/cmu/cmudict-0.4.out:2: not an entry of a Festival lexicon"))
    try scratch.write("wordnet/data.noun", "  1 licence\n00001740 77 n | x\n")
    #expect(scratch.complaint("wordnet-text").hasPrefix("DIR/wordnet/data.noun:2: not a synset of WordNet 3.0"))
  }
}
