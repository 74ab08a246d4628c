/// Every run that left no score, with its reason.
struct LostRunsSection: ReportSection {
  let title = "Failed and diverged runs"

  func blocks(_ study: StudyResults) -> [Block] {
    let lost = study.records.filter { $0.status != .finished }
    guard !lost.isEmpty else {
      return [.paragraph("None: all \(Markdown.count(study.records.count, "run")) finished.")]
    }
    var table = MarkdownTable([
      ("task", .left), ("backend", .left), ("seed", .right), ("what", .left), ("step", .right),
      ("first bad tensor", .left), ("why", .left), ("identity", .left),
    ])
    for record in lost {
      table.add([
        Markdown.escape(record.cell.task), Markdown.code(record.cell.backend), "\(record.cell.seed)",
        record.status.rawValue,
        record.failure?.step.map(Digits.whole) ?? "–", record.failure?.tensor.map(Markdown.code) ?? "–",
        Markdown.escape(record.failure?.message ?? "no reason was recorded"),
        Markdown.code(String(record.identity.prefix(12))),
      ])
    }
    let failed = lost.filter { $0.status == .failed }.count
    let sentence =
      "\(Markdown.count(lost.count, "run")) of \(Digits.whole(study.records.count)) left no scores: "
      + "\(failed) failed, \(lost.count - failed) diverged. Means and tests above stand for the others."
    return [.paragraph(sentence), .table(table)]
  }
}
