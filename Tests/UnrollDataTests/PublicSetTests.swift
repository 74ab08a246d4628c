import Foundation
import Testing
import UnrollCore

@testable import UnrollData

/// The real sets against the counts that their publishers give: those that folders in `UNROLL_DATA` (separated by colons) hold.
/// How each is read is shown without them, in `PublicFormTests`.
@Suite(.serialized) struct PublicSetTests {
  struct Expected: Sendable, CustomTestStringConvertible {
    let name: String
    var column = ""
    /// Items of train, development, test; a set without some split is counted as a whole.
    let items: [Int]
    /// Tokens in the same order; empty where nobody gives them.
    var tokens: [Int] = []
    let labels: Int
    /// Distinct training tokens, 0 where nobody gives them.
    var vocabulary = 0
    var testDescription: String { column.isEmpty ? name : "\(name) \(column)" }

    /// Whether its folder lies in one of the folders; a set that lacks files there is not left out.
    var isHere: Bool {
      let set = Datasets.all.first { $0.name == name }!
      return PublicSetTests.location.find(String(set.defaults.train.prefix { $0 != "/" })) != nil
    }
  }

  static let all = [
    Expected(
      name: "ud-english-ewt", items: [12_544, 2_001, 2_077], tokens: [204_577, 25_147, 25_094], labels: 17),
    Expected(
      name: "ud-english-ewt", column: "xpos", items: [12_544, 2_001, 2_077], tokens: [204_577, 25_147, 25_094],
      labels: 49),
    Expected(name: "wnut17", items: [3_394, 1_009, 1_287], tokens: [62_730, 15_733, 23_394], labels: 13),
    Expected(name: "trec-coarse", items: [5_952], labels: 6),
    Expected(name: "trec-fine", items: [5_952], labels: 50),
    Expected(name: "sst-2", items: [6_920, 872, 1_821], labels: 2),
    Expected(name: "sst-5", items: [8_544, 1_101, 2_210], labels: 5),
    Expected(name: "names-by-language", items: [20_050], labels: 18),
    Expected(name: "mr-sentence-polarity", items: [10_662], labels: 2),
    Expected(name: "sick", items: [4_500, 500, 4_927], labels: 3),
    Expected(name: "tiny-shakespeare", items: [1_115_394], labels: 0, vocabulary: 66),
    Expected(name: "wikitext-2", items: [2_088_628, 217_646, 245_569], labels: 0, vocabulary: 33_278),
    Expected(name: "jsb-chorales", items: [229, 76, 77], labels: 0),
    Expected(name: "nottingham", items: [694, 173, 170], labels: 0),
    Expected(name: "scan-simple", items: [20_910], labels: 0, vocabulary: 14),
    Expected(name: "scan-length", items: [20_910], labels: 0, vocabulary: 14),
    // Of targets with one end each.
    Expected(
      name: "multi30k", items: [29_000, 1_014, 1_000],
      tokens: [377_534 + 29_000, 13_308 + 1_014, 12_968 + 1_000], labels: 0, vocabulary: 18_723),
    // Of 135,166 entries 306 differ from another one in stress alone.
    Expected(name: "cmudict", items: [134_860], labels: 0, vocabulary: 30),
    Expected(name: "names-given-language", items: [20_050], labels: 0, vocabulary: 19),
    Expected(name: "wordnet-supersense", items: [117_659], labels: 45),
    Expected(name: "cmu-stress", items: [105_901], labels: 4),
    Expected(name: "wordnet-text", items: [1_792_377], labels: 0),
  ]

  static let location = DataLocation(
    roots: (ProcessInfo.processInfo.environment["UNROLL_DATA"] ?? "").split(separator: ":").map(String.init))

  @Test(
    .enabled(if: all.contains(where: \.isHere), "no folder in UNROLL_DATA has a set"), arguments: all.filter(\.isHere))
  func counts(_ expected: Expected) throws {
    let column = expected.column.isEmpty ? "" : ", column: \(expected.column)"
    let study = try Setting(yaml: "{name: \(expected.name)\(column)}", file: "study.yaml")
    let data = try DataRequest(study).load(Self.location)
    let sizes = data.corpus.sizes
    let splits = try Split.allCases.map { try #require(sizes[$0]) }
    #expect(expected.items.count == 3 ? splits == expected.items : splits.reduce(0, +) == expected.items[0])
    #expect(splits.allSatisfy { $0 > 0 })
    #expect(data.labels.count == expected.labels)
    let encoded = try EncodedData(data)
    if expected.vocabulary > 0 { #expect(encoded.vocabulary.count == expected.vocabulary) }
    if !expected.tokens.isEmpty { #expect(try tokens(encoded) == expected.tokens) }
  }

  @Test func everySetThatIsReadFromFilesHasItsCounts() {
    #expect(Set(Self.all.map(\.name)) == Set(Datasets.all.filter { !$0.format.isGenerated }.map(\.name)))
  }

  private func tokens(_ data: EncodedData) throws -> [Int] {
    guard case .sequences(let splits) = data.corpus else { throw InputError("no sequences") }
    return [splits.train, splits.development, splits.test].map { $0.reduce(0) { $0 + $1.tokens.count } }
  }
}
