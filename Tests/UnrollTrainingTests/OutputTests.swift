import Foundation
import Testing

@testable import UnrollTraining

/// Scores of outputs that are sequences, beside those of sacreBLEU and jiwer (`scripts/reference/outputs.py`).
@Suite struct OutputTests {
  private struct Reference: Decodable {
    let tokens: [Line]
    let cases: [Case]

    static func read() throws -> Reference {
      let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/outputs.json")
      return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    }
  }

  private struct Line: Decodable {
    let text: String
    let tokens: [String]

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      (text, tokens) = (try list.decode(String.self), try list.decode([String].self))
    }
  }

  private struct Case: Decodable {
    let outputs: [String]
    let references: [[String]]
    let bleu: Double
    let bleuOfTokens: Double
    let chrf: Double
    /// Of every item: substitutions, insertions, deletions, length.
    let words: [[Int]]
    let characters: [[Int]]

    enum CodingKeys: String, CodingKey {
      case outputs, references, bleu, chrf, words, characters
      case bleuOfTokens = "bleu of tokens"
    }

    var items: Zip2Sequence<[String], [[String]]> { zip(outputs, references) }
  }

  @Test func textsAreCutAsBySacreBLEU() throws {
    let lines = try Reference.read().tokens
    #expect(lines.count > 50)
    for line in lines {
      #expect(BLEU.Tokenisation.v13a.tokens(line.text) == line.tokens.map { Array($0.unicodeScalars) }, "\(line.text)")
    }
  }

  @Test func scoresAreThoseOfSacreBLEU() throws {
    let cases = try Reference.read().cases
    #expect(cases.count > 30 && cases.contains { 0.3 < $0.bleu && $0.bleu < 0.7 && $0.bleu != $0.bleuOfTokens })
    for item in cases {
      let (bleu, tokens) = (BLEU.sum(item.items, .v13a), BLEU.sum(item.items, .none))
      #expect(abs(bleu.score - item.bleu) < 1e-9 && abs(tokens.score - item.bleuOfTokens) < 1e-9, "\(item.outputs)")
      let chrF = item.items.reduce(into: ChrF()) { $0 += ChrF($1.0, $1.1) }
      #expect(abs(chrF.score - item.chrf) < 1e-9, "\(chrF.score), not \(item.chrf): \(item.outputs)")
    }
  }

  @Test func editsAreThoseOfJiwer() throws {
    for item in try Reference.read().cases {
      for (place, (output, references)) in item.items.enumerated() {
        let words = EditDistance(
          BLEU.Tokenisation.none.tokens(output), references.map(BLEU.Tokenisation.none.tokens))
        #expect(words.counts == item.words[place], "\(output) | \(references)")
        let characters = EditDistance(Array(output.unicodeScalars), references.map { Array($0.unicodeScalars) })
        #expect(characters.counts == item.characters[place], "\(output) | \(references)")
      }
    }
  }

  @Test func editsByHand() {
    func distance(_ output: String, _ references: String...) -> EditDistance {
      EditDistance(Array(output), references.map(Array.init))
    }
    #expect(distance("sitting", "kitten").counts == [2, 1, 0, 6] && distance("", "abc").counts == [0, 0, 3, 3])
    #expect(distance("abc", "").counts == [0, 3, 0, 0] && distance("", "").counts == [0, 0, 0, 0])
    // The nearest reference counts, with its length; of equally near ones the first.
    #expect(distance("abcd", "xyz", "abd", "abcdefgh").counts == [0, 1, 0, 3])
    #expect(distance("ab", "abc", "a").counts == [0, 0, 1, 3])
    var sum = distance("abcd", "abd")
    sum += distance("", "abc")
    #expect(sum.counts == [0, 1, 3, 6] && sum.rate == 4.0 / 6)
    #expect(EditDistance().rate == 0 && distance("ab", "").rate == 2 && distance("aaaa", "a").rate == 3)
  }

  /// "b c b c" has two runs of one "b c"; the reference of the third has the same repeat, the fourth's another.
  @Test func repeatsCopiesAndExactMatches() {
    func counts(_ output: String, _ references: String..., source: String? = nil) -> OutputCounts {
      func tokens(_ text: String) -> [Substring] { text.split(separator: " ") }
      return OutputCounts(tokens(output), references.map(tokens), source: source.map(tokens))
    }
    let items = [
      counts("a b c b c d", "a b c d", source: "a b c b c d"), counts("", "a", source: ""),
      counts("a a", "b", "a a", source: "a a"), counts("a a b", "a b b", source: "x"),
      counts("a b a", "a c a"), counts("a b c d e a b c d e", "a"),
    ]
    #expect(items.map(\.repeating) == [1, 0, 0, 1, 0, 0])
    #expect(items.map(\.copied) == [1, 0, 0, 0, 0, 0] && items.map(\.exact) == [0, 0, 1, 0, 0, 0])
    let all = items.reduce(into: OutputCounts()) { $0 += $1 }
    #expect(all.exactMatch == 1.0 / 6 && all.repeats == 2.0 / 6 && all.copies == 1.0 / 6)
    #expect(OutputCounts().exactMatch.isNaN)
  }

  @Test func shortAndEmpty() {
    #expect(BLEU().score == 0 && ChrF().score == 0 && BLEU("a b c", ["a b c"]).score == 0)
    #expect(ChrF("a", ["a"]).score == 1 && ChrF("", [""]).score == 0)
  }
}

extension BLEU {
  fileprivate static func sum(_ items: Zip2Sequence<[String], [[String]]>, _ tokenisation: Tokenisation) -> BLEU {
    items.reduce(into: BLEU()) { $0 += BLEU($1.0, $1.1, tokenisation) }
  }
}

extension EditDistance {
  fileprivate var counts: [Int] { [substitutions, insertions, deletions, length] }
}
