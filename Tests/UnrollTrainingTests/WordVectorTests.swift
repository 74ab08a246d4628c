import TestSupport
import Testing
import UnrollCore
import UnrollData
import UnrollTraining

extension TokenKey: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self.init(text) }
}

/// Files of word vectors as they are, with what is odd in them.
@Suite struct WordVectorTests {
  private let scratch = Scratch()

  private func read(_ bytes: [UInt8], _ wanted: @escaping (String) -> Bool = { _ in true }) throws -> WordVectors {
    try scratch.write("vectors.txt", bytes: bytes)
    return try WordVectors(path: "\(scratch.path)/vectors.txt", wanted: wanted)
  }

  private func read(_ text: String, _ wanted: @escaping (String) -> Bool = { _ in true }) throws -> WordVectors {
    try read(Array(text.utf8), wanted)
  }

  private func complaint(_ text: String) throws -> String {
    let error = #expect(throws: InputError.self) { _ = try read(text) }
    return error.map { "\($0.line ?? 0): \($0.message)" } ?? ""
  }

  @Test func glove() throws {
    let vectors = try read("the 0.5 -1e-2 3\n. . . 1 2 3\nthe 9 9 9\nat name@domain.com 4 5 6\n")
    #expect(vectors.width == 3)
    #expect(vectors.values == ["the": [0.5, -0.01, 3], ". . .": [1, 2, 3], "at name@domain.com": [4, 5, 6]])
  }

  @Test func fastTextSaysItsSizeAndEndsLinesWithABlank() throws {
    let vectors = try read("3 2\n, 0.1 0.2 \nof 3 4 \r\n7 8 9 \n")
    #expect(vectors.width == 2 && vectors.values == [",": [0.1, 0.2], "of": [3, 4], "7": [8, 9]])
    #expect(try read("1 2\n. . 1 2\n").values == [". .": [1, 2]])
  }

  /// A file that ends with a line is not seen to be cut, but for its first line.
  @Test func cutShort() throws {
    #expect(
      try complaint("3 2\na 1 2\nb 3 4\n")
        == "1: the first line says 3 vectors, and 2 follow: the file is cut short")
    #expect(try read("1 2\na 1 2\nb 3 4\n").values.count == 2)
  }

  @Test func withoutTheMarkOfUTF8() throws {
    #expect(try read("\u{FEFF}the 1 2\nof 3 4\n").values == ["the": [1, 2], "of": [3, 4]])
  }

  @Test func onlyWhatIsWanted() throws {
    #expect(try read("a 1 2\nb 3 4\nc 5 x\n") { $0 == "b" }.values == ["b": [3, 4]])
    #expect(try read("a 1 2\n") { _ in false }.values.isEmpty)
  }

  /// U+00A0 is part of a word, broken UTF-8 and nothing at all are none.
  @Test func wordsThatAreNone() throws {
    let vectors = try read(Array("a\u{A0}b 1 2\n".utf8) + [0xFF, 0x20, 0x33, 0x20, 0x34, 0x0A] + Array(" 5 6\n".utf8))
    #expect(vectors.values == ["a\u{A0}b": [1, 2]])
  }

  /// Words that look alike, of other scalars, are two.
  @Test func wordsAreTheirBytes() throws {
    let vectors = try read("cafe\u{301} 1 2\ncaf\u{e9} 3 4\n")
    #expect(vectors.values == ["cafe\u{301}": [1, 2], "caf\u{e9}": [3, 4]])
  }

  @Test func broken() throws {
    #expect(try complaint("a 1 2 3\nb 1 2 3 \nc 1 2\n") == "3: 2 numbers, where the vectors of this file have 3")
    #expect(try complaint("2 3\na 1 2 3\nb 1 2\n") == "3: 2 numbers, where the vectors of this file have 3")
    #expect(try complaint("2 3\na 1 2 3\nb 0.5 1 2 3\n") == "3: 4 numbers, where the vectors of this file have 3")
    #expect(try complaint("a 1 x\n") == "1: \"x\" in the vector of \"a\" is not a finite number")
    #expect(try complaint("a 1 nan\n") == "1: \"nan\" in the vector of \"a\" is not a finite number")
    #expect(try complaint("a 1 1e39\n").hasSuffix("is not a finite number"))
    #expect(try complaint("a 1  2\n").hasSuffix("\"\" in the vector of \"a\" is not a finite number"))
    #expect(try complaint("a\nb\n") == "1: a word without numbers")
    #expect(try complaint("\n\n").hasSuffix("there are no vectors in this file"))
    #expect(throws: InputError.self) { _ = try WordVectors(path: scratch.path) { _ in true } }
  }

  /// More lines than wait for the width, and than a block of the file holds; the width is that of most.
  @Test func long() throws {
    let lines = ["a b c 0 1 2 3 4 5 6 7"] + (0..<60_000).map { "word\($0) \($0).5 1 2 3 4 5 6 7" }
    let vectors = try read(lines.joined(separator: "\n"))
    #expect(vectors.values.count == 60_001 && vectors.width == 8)
    #expect(vectors.values["word59999"]?[0] == 59999.5 && vectors.values["a b c"]?[7] == 7)
  }

  @Test func withoutLineEnds() {
    let error = #expect(throws: InputError.self) { _ = try read([UInt8](repeating: 0x61, count: 3 << 20)) }
    #expect(error?.message.contains("longer than") == true && error?.line == 1)
  }
}
