import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// The sets from Debian packages, on a few lines of each file.
@Suite struct DefaultSetTests {
  @Test func stressTagsFollowSyllables() throws {
    let scratch = Scratch()
    let entries = (0..<100).map { "(\"w\($0)\" nil (((ae d) 0) ((v er) 1) ((s ih) 0) ((t iy) 0)))\n" }
    try scratch.write("cmu/cmudict-0.4.out", "MNCL\n" + entries.joined())
    let splits = try scratch.load("cmu-stress").tagged
    #expect(splits.train[0].words == ["ae", "d", "v", "er", "s", "ih", "t", "iy"])
    #expect(splits.train[0].tags == ["B0", "I0", "B1", "I1", "B0", "I0", "B0", "I0"])
    #expect(splits.sizes.values.reduce(0, +) == 100)
    #expect(splits.train.count > 65)
  }

  @Test func glossesHaveTheirLexicographerFiles() throws {
    let data = try wordnet().load("{name: wordnet-supersense, subsample: 1}")
    #expect(data.labels.names == ["adj.all", "adv.all", "noun.Tops", "noun.act", "verb.weather"])
    let all = try wordnet().load("wordnet-supersense").labelled
    let item = LabelledText(words: ["an", "act", "\"", "he", "won't", "407", "\""], label: "noun.act")
    #expect((all.train + all.development + all.test).contains(item))
  }

  @Test func glossesAsRunningText() throws {
    let words = try wordnet().load("wordnet-text").text
    #expect(Set(words.train).isSuperset(of: ["<eos>", "won't", "\""]))
    let characters = try wordnet().load("{name: wordnet-text, unit: character}").text
    let total = characters.sizes.values.reduce(0, +)
    #expect(
      total
        == [0, 200, 300, 400, 4300].reduce(0) { sum, first in
          sum + (first..<first + 40).reduce(0) { $0 + "an act \"he won't \($1)\"\n".utf8.count }
        })
    #expect(characters.test.last == "\n")
  }

  private func wordnet() throws -> Scratch {
    let scratch = Scratch()
    for (part, numbers) in [("noun", [3, 4]), ("verb", [43]), ("adj", [0]), ("adv", [2])] {
      let lines = numbers.flatMap { number in
        (0..<40).map { synset($0, number) }
      }
      try scratch.write("wordnet/data.\(part)", "  1 This software\n" + lines.joined())
    }
    return scratch
  }

  private func synset(_ index: Int, _ number: Int) -> String {
    "0000\(index) \(number < 10 ? "0" : "")\(number) n 01 word 0 000 | an act \"he won't \(100 * number + index)\"  \n"
  }
}
