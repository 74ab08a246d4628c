import FoundationEssentials
import TestSupport
import Testing
import UnrollCore
import UnrollSystem

@testable import UnrollStudy

/// The other forms of a report.
@Suite struct PageTests {
  private static let five =
    seeds("a_b", [0.90, 0.91, 0.92, 0.93, 0.94]) + seeds("c", [0.80, 0.81, 0.82, 0.83, 0.84], task: "tags")

  private var runs: StudyRuns { StudyRuns(records: PageTests.five, wanted: 10, notes: "") }

  /// Without cmark-gfm there is no page; the words say so.
  @Test func aPageNeedsNothingBesideIt() throws {
    let scratch = Scratch()
    try withExtendedLifetime(scratch) {
      var records = PageTests.five
      for index in records.indices { records[index].study = "a study" }
      let report = try Report.write(records, study: "a study", notes: "A <b>note</b>.", to: scratch.path)
      guard ProcessVariables.program("cmark-gfm", in: ProcessVariables.path) != nil else {
        #expect(throws: InputError.self) { try Page.write(report) }
        return
      }
      let page = String(decoding: try Files.read(try Page.write(report)), as: UTF8.self)
      #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("<title>a study</title>"))
      #expect(
        page.contains("<table>") && page.contains("<summary>Costs</summary>") && !page.contains("<!-- raw HTML omitted")
      )
      // Whoever wrote the notes runs no script on the page of who reads it.
      let script = try #require(page.split(separator: "<script>").last?.split(separator: "</script>").first)
      var digest = Digest()
      digest.update(Array(script.utf8))
      #expect(page.contains("script-src 'sha256-\(Data(digest.finish()).base64EncodedString())'"))
      for outside in ["src=\"a%20study/", "src=\"http", "href=\"http"] {
        #expect(!page.contains(outside), "\(outside)")
      }
      if Gnuplot.find(in: ProcessVariables.path) != nil {
        #expect(page.contains("<img src=\"data:image/svg+xml,%3C?xml"), "\(page.prefix(3000))")
      }
    }
  }

  @Test func withoutCmarkTheSentenceSaysWhatToInstall() throws {
    let error = #expect(throws: InputError.self) { try Page.write("x.md", searching: "/nowhere") }
    #expect(error?.description.contains("install it (Debian: cmark-gfm)") == true)
  }

  /// An address may hold what an attribute may not.
  @Test func figuresStandInTheirAddress() throws {
    let html = "<p><img src=\"a%20b/x.svg\" alt=\"A\" /> and <img src=\"c.png\" alt=\"\" /></p>"
    let page = try Page.inlined(html) { path in
      #expect(path == "a b/x.svg")
      return Array("<svg a='1'>é&\"%#</svg>".utf8)
    }
    #expect(
      page
        == "<p><img src=\"data:image/svg+xml,%3Csvg%20a='1'%3E%C3%A9&amp;%22%25%23%3C/svg%3E\" alt=\"A\" /> and <img src=\"c.png\" alt=\"\" /></p>"
    )
  }

  @Test func numbersForOtherPrograms() throws {
    let table = NumberTable(try StudyResults(runs.records, study: "demo"))
    let lines = table.csv.split(separator: "\r\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("task,backend,metric,higher_is_better,seeds,runs,mean,sd,"))
    #expect(lines[1].hasPrefix("tags,a_b,accuracy,true,5,5,0.92,0.0158"), "\(lines[1])")
    #expect(
      lines.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == NumberTable.columns.count }
    )
    let worse = try #require(table.rows.last)
    #expect(worse["verdict"] == .string("worse") && abs(worse["behind_best"]!.number! - 0.1) < 1e-9)
    #expect(Set(table.rows.flatMap(\.keys)).isSubset(of: NumberTable.columns))
    let read = try Value(json: table.json())
    #expect(read == .list(table.rows.map(Value.table)))
  }

  /// What is left of a backend that lost runs is not shown as if it were all.
  @Test func lostRunsStandInEveryForm() throws {
    var records = PageTests.five
    records[0] = Synthetic.lost(records[0], .diverged, "no")
    for index in 5..<10 { records[index] = Synthetic.lost(records[index], .failed, "no") }
    let forms = try ReportForms(StudyRuns(records: records, wanted: 10, notes: ""), study: "demo")
    #expect(forms.latex.contains("a\\_b & $92.5 \\pm 1.3^{4/5}$") && forms.latex.contains("c & --"), "\(forms.latex)")
    #expect(forms.csv.contains("tags,c,accuracy,true,0,5,,,,,no scores,"))
  }

  @Test func tablesForAPaper() throws {
    let text = try ReportForms(runs, study: "demo").latex
    #expect(text.contains("\\begin{tabular}{lr}\n\\toprule\nbackend & accuracy (\\%) $\\uparrow$ \\\\"))
    #expect(text.contains("a\\_b & $\\mathbf{92.0} \\pm 1.6$ \\\\") && text.contains("c & $82.0 \\pm 1.6$ \\\\"))
    #expect(text.contains("majority (baseline) & 60.0 \\\\"))
    #expect(
      LaTeX.escape("50 % of {a}~\\b^2 & $#_")
        == "50 \\% of \\{a\\}\\textasciitilde{}\\textbackslash{}b\\textasciicircum{}2 \\& \\$\\#\\_")
  }
}
