import TestSupport
import Testing
import UnrollStatistics

@testable import UnrollStudy

/// The tutorial that explains a report has all of its sections and all words of judgement, and quotes what a report says.
@Suite struct ReadAReportTests {
  @Test func everySectionIsExplained() throws {
    let article = try Article("Tutorials/ReadAReport")
    let explained = article.rows("The sections").map { $0[0] }
    #expect(explained == Sections.all.map(\.title))
  }

  @Test func everyWordOfJudgementIsExplained() throws {
    let explained = try Article("Tutorials/ReadAReport").rows("The words of judgement").map { $0[0].numbersMasked }
    #expect(Set(explained) == Set(try words().map(\.numbersMasked)))
  }

  /// Every row and answer of its example stands in the report, with the same numbers.
  @Test func itQuotesTheCommittedReport() throws {
    func narrow(_ line: some StringProtocol) -> String { String(line).replacing(#/ +/#, with: " ") }
    let lines = Set(try Article.text("Reports/quick.md").split(separator: "\n").map(narrow))
    let quotes = try Article("Tutorials/ReadAReport").entries("An example").filter { !$0.hasPrefix("| ---") }
    #expect(quotes.count >= 8)
    for line in quotes where !lines.contains(narrow(line)) {
      Issue.record("Reports/quick.md has no such line; quote it as it is: \(line)")
    }
  }

  /// All cells that `VerdictText` can write.
  private func words() throws -> [String] {
    let pair = seeds("a", [0.9, 0.91, 0.92, 0.93, 0.94]) + seeds("b", [0.8, 0.81, 0.82, 0.83, 0.84])
    let equals = pair + seeds("c", [0.9, 0.91, 0.92, 0.93, 0.94])
    func cell(_ records: [RunRecord], _ verdict: Verdict, isEqual: Bool = false, lost: Bool = false) throws -> String {
      let ranking = try #require(StudyResults(records, study: "demo").tasks[0].rankings.first)
      let some = try #require(ranking.standings.last)
      var backend = some.backend
      if lost {
        let broken = records.map { $0.cell.backend == "b" ? Synthetic.lost($0, .diverged, "no") : $0 }
        backend = try #require(StudyResults(broken, study: "demo").tasks[0].backends.last)
      }
      let standing = Standing(
        backend: backend, sample: some.sample, verdict: verdict, gap: some.gap, lead: some.lead,
        interval: some.interval, working: verdict == .broke ? 2 : nil, isEqual: isEqual, isWorseThanBaseline: false)
      return VerdictText(ranking: ranking).cell(standing).replacing("*", with: "")
    }
    return try [
      cell(pair, .top), cell(equals, .top), cell(equals, .top, isEqual: true), cell(pair, .worse),
      cell(pair, .undecided(seeds: 12)), cell(pair, .undecided(seeds: nil)),
      cell(pair, .undecided(seeds: 12), isEqual: true),
      cell(pair, .unstable), cell(pair, .broke), cell(pair, .broke, lost: true), cell(pair, .unjudged(.alone)),
      cell(pair, .unjudged(.fewSeeds)), cell(pair, .unjudged(.noSpread)),
    ]
  }
}
