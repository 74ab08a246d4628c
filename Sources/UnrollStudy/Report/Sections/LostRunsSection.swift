/// Every run that left no score, with its reason.
struct LostRunsSection: ReportSection {
  let title = "Failed and diverged runs"

  func blocks(_ study: StudyResults) -> [Block] {
    let ended = study.records.filter { $0.status != .stopped }
    let lost = ended.filter { !$0.isScored }
    guard !lost.isEmpty else {
      let rest = ended.count < study.records.count ? "that no search stopped " : ""
      return [.paragraph("None: all \(Markdown.count(ended.count, "run")) \(rest)finished.")]
    }
    var table = MarkdownTable([
      ("task", .left), ("backend", .left), (study.runTitle, .right), ("what", .left), ("step", .right),
      ("first bad tensor", .left), ("why", .left), ("identity", .left),
    ])
    for record in lost {
      table.add([
        Markdown.escape(record.cell.task), Markdown.code(record.cell.title), "\(record.cell.seed)",
        record.outcome, record.failure?.step.map(Digits.whole) ?? "–", record.failure?.tensor.map(Markdown.code) ?? "–",
        Markdown.escape(record.reason), Markdown.code(String(record.identity.prefix(12))),
      ])
    }
    func count(_ status: RunRecord.Status) -> Int { lost.count { $0.status == status } }
    let broken = count(.finished) == 0 ? "" : ", \(count(.finished)) finished with scores that are no numbers"
    let sentence =
      "\(Markdown.count(lost.count, "run")) of \(Digits.whole(ended.count)) left no scores: "
      + "\(count(.failed)) failed, \(count(.diverged)) diverged\(broken). Means and tests above stand for the others."
    return [.paragraph(sentence), .table(table)]
  }
}
