/// A report in other forms than Markdown, all from the same results.
public struct ReportForms {
  private let results: StudyResults

  /// - Throws: `InputError` where no run belongs to the study.
  public init(_ runs: StudyRuns, study: String) throws {
    results = try StudyResults(runs.records, study: study, margin: runs.margin)
  }

  /// Every score, interval, verdict and cost, a row a task, backend and metric, as RFC 4180 has tables.
  public var csv: String { NumberTable(results).csv }

  /// The rows of `csv` as a list of tables, in UTF-8.
  ///
  /// - Throws: for a number that is not finite, which JSON has not.
  public func json() throws -> [UInt8] { try NumberTable(results).json() }

  /// Tables of scores for a paper.
  public var latex: String { LaTeX(results).text }
}
