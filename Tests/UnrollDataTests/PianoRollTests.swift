import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// Music in JSON: what is read, what is asked for, what is said of files that hold something else.
@Suite struct PianoRollTests {
  private func load(_ json: String, _ list: String = "#a") throws -> [NumberSequence] {
    let scratch = try Scratch().write("m.json", json)
    let paths = Split.allCases.map { "\($0.rawValue): \"m.json\(list)\"" }.joined(separator: ", ")
    guard case .series(let splits) = try scratch.load("{format: piano-rolls, \(paths)}").corpus else {
      throw InputError("no series")
    }
    return splits.train
  }

  @Test(arguments: [("{\"a\": PIECES, \"b\": []}", "#a"), ("PIECES", "")])
  func theNextStepIsAskedFor(form: String, list: String) throws {
    let pieces = try load(form.replacing("PIECES", with: "[[[21, 108], [60]], [[22]]]"), list)
    #expect(pieces.count == 2)
    var (first, second) = ([Float](repeating: 0, count: 88), [Float](repeating: 0, count: 88))
    (first[0], first[87], second[60 - 21]) = (1, 1, 1)
    #expect(pieces[0].inputs == first + second)
    #expect(pieces[0].targets.prefix(88) == second[...] && pieces[0].targets.suffix(88).allSatisfy(\.isNaN))
    #expect(
      pieces[1].targets.allSatisfy(\.isNaN) && pieces[1].targets.count == 88 && pieces[1].columns.inputs[1] == "22")
  }

  /// All lists of a file are the same bytes; which of them is read makes other data.
  @Test func theListIsInTheDigest() throws {
    let scratch = try Scratch().write("m.json", "{\"a\": [[[60], [61]]], \"b\": [[[62], [63]]], \"c\": [[[64], [65]]]}")
    func digest(_ test: String) throws -> String {
      let lists = "train: \"m.json#a\", development: \"m.json#b\", test: \"m.json#\(test)\""
      return try scratch.load("{format: piano-rolls, \(lists)}").digest
    }
    #expect(try digest("c") != digest("b"))
    #expect(try digest("c") == digest("c"))
  }

  @Test(arguments: [
    ("{\"a\": [[[60], [109]]]}", "piece 1, step 2: 109 is no MIDI pitch of a piano (21…108)"),
    ("{\"a\": [[[60]], []]}", "piece 2 has no steps"), ("{\"a\": []}", "there are no pieces in this file"),
    ("{\"b\": [[[60]]]}", "unknown list \"a\"; did you mean \"b\"?"),
    ("{\"a\": [[60]]}", "this is not JSON of pieces of steps of MIDI pitches: {\"a\": [[[60, 64], …], …], …}"),
    ("[[[60]]", "this is not JSON of pieces"),
  ]) func otherFilesAreSentences(json: String, sentence: String) {
    #expect { try load(json) } throws: { "\($0)".contains(sentence) }
  }
}
