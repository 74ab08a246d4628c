import UnrollCore

/// What the study's author says: after the answer that the numbers give.
struct NotesSection: ReportSection {
  let title = "Notes"

  func blocks(_ study: StudyResults) -> [Block] {
    guard !study.notes.isEmpty else { return [] }
    let lines = study.notes.printable.split(separator: "\n", omittingEmptySubsequences: false)
    let paragraphs = lines.split(separator: "").map { Block.paragraph($0.joined(separator: "\n")) }
    return [.paragraph("*Words of the study's author; everything else is computed.*")] + paragraphs
  }
}
