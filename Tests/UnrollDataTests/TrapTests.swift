import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// What real files hold besides text: each of these has broken some reader.
@Suite struct TrapTests {
  static let columns = "{format: columns, train: a, development: a, test: a}"

  @Test(arguments: ["\n\t\n", "\r\n\r\n", "\n \t \n", "\r\n\t\r\n", "\n\n\n\n"])
  func sentencesEndAtBlankLines(_ border: String) throws {
    let data = try Scratch().write("a", "x\tA\(border)y\tB").load(TrapTests.columns)
    #expect(
      try data.tagged.train == [TaggedSentence(words: ["x"], tags: ["A"]), TaggedSentence(words: ["y"], tags: ["B"])])
  }

  @Test func byteOrderMarkIsNoPartOfTheFirstWord() throws {
    let data = try Scratch().write("a", bytes: [0xEF, 0xBB, 0xBF] + Array("x\tA\ny\tB\n".utf8)).load(TrapTests.columns)
    #expect(try data.tagged.train[0].words == ["x", "y"])
  }

  /// A mark goes before the option, and what is then read otherwise is other data.
  @Test func aByteOrderMarkSaysTheEncoding() throws {
    let yaml = "format: label-first, name: n, train: a, development: a, test: a"
    let text = "x café\ny b\n"
    let plain = try Scratch().write("a", text).load("{\(yaml)}")
    let wide = try Scratch().write(
      "a", bytes: [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    #expect(try wide.load("{\(yaml)}").labelled == plain.labelled)
    let marked = try Scratch().write("a", bytes: [0xEF, 0xBB, 0xBF] + Array(text.utf8))
    #expect(try marked.load("{\(yaml), encoding: latin-1}").labelled == plain.labelled)
    let digest = try marked.load("{\(yaml)}").digest
    #expect(digest != plain.digest)
    #expect(try marked.load("{\(yaml), encoding: latin-1}").digest != digest)
  }

  @Test func latin1BytesBecomeScalars() throws {
    let scratch = try Scratch().write("a", bytes: [0x31, 0x20, 0xE9, 0x85, 0xFF, 0x0A] + Array("2 b\n".utf8))
    let yaml = "{format: label-first, encoding: iso-8859-1, train: a, development: a, test: a}"
    #expect(try scratch.load(yaml).labelled.train[0].words == ["\u{E9}\u{85}\u{FF}"])
  }

  @Test func trecKnowsItsEncoding() throws {
    let scratch = Scratch()
    let lines = (0..<80).flatMap { Array("A:\($0 % 2) question \($0)\nB:x another \($0)\n".utf8) }
    try scratch.write("trec/train_5500.label", bytes: lines + Array("A:0 caf".utf8) + [0xE9, 0x0A])
    try scratch.write("trec/TREC_10.label", "A:0 one\nB:x two\n")
    let splits = try scratch.load("trec-coarse").labelled
    #expect((splits.train + splits.development).contains { $0.words == ["caf\u{E9}"] })
  }

  @Test func returnsInQuotedFieldsAndAtTheEndGo() throws {
    let scratch = try Scratch().write("a", "text,label\r\n\"a\r\nb\",x\r\nc,y\r")
    let data = try scratch.load("{format: csv, unit: character, train: a, development: a, test: a}")
    #expect(try data.labelled.train.map(\.words) == [["a", "\n", "b"], ["c"]])
    #expect(data.labels.names == ["x", "y"])
  }

  @Test func charactersAreScalars() throws {
    let scratch = try Scratch().write("a", "e\u{301}🙂é\r\n")
    let data = try scratch.load("{format: text, unit: character, train: a, development: a, test: a}")
    #expect(try data.text.train.map { Array($0.unicodeScalars).count } == [1, 1, 1, 1, 1])
    #expect(try EncodedData(data).vocabulary.count == 6)
  }

  @Test func wordsThatLookTheSameStayApart() throws {
    let scratch = try Scratch().write("a", "x e\u{301}\ny \u{E9}\n")
    let data = try scratch.load("{format: label-first, train: a, development: a, test: a}")
    #expect(try EncodedData(data).vocabulary.count == 3)
  }
}
