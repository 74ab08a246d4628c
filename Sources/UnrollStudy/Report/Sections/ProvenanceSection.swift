import UnrollCore
import UnrollData
import UnrollSystem
import UnrollTraining

/// Where data, programs and machines come from, and which records were read.
struct ProvenanceSection: ReportSection {
  let title = "Provenance"

  func blocks(_ study: StudyResults) -> [Block] {
    [.paragraph("Data:"), .table(data(study))] + remarks(study) + [
      .paragraph("Programs and machines:"), .table(environments(study)), identities(study),
    ]
  }

  /// How data were read and split, where there is something to know: each sentence once a task.
  private func remarks(_ study: StudyResults) -> [Block] {
    let sentences = study.tasks.flatMap { task in
      task.records.flatMap { $0.data.remarks ?? [] }.map { Markdown.escape("\(task.name): \($0)") }
    }
    return sentences.isEmpty ? [] : [.list(sentences.unique)]
  }

  private func data(_ study: StudyResults) -> MarkdownTable {
    let names = ["task", "data set", "version", "licence", "digest"]
    var table = MarkdownTable(
      names.map { ($0, .left) } + Split.allCases.map { ($0.rawValue, .right) }
        + [("vocabulary", .right), ("classes", .right), ("`<unk>` (%)", .left)])
    for task in study.tasks {
      var seen: [RunRecord.DataSummary] = []
      for data in task.records.map(\.data) where !seen.contains(data) {
        seen.append(data)
        let names = [task.name, data.name, data.version, data.licence].map(Markdown.escape)
        let sizes = Split.allCases.map { data.sizes[$0].map(Digits.whole) ?? "–" }
        let vocabulary = [data.vocabulary, data.targetVocabulary].compactMap { $0.map(Digits.whole) }
        table.add(
          names + [Markdown.code(String(data.digest.prefix(12)))] + sizes
            + [vocabulary.joined(separator: " → "), Digits.whole(data.classes), unknown(data)])
      }
    }
    return table
  }

  /// Shares of unknown tokens in training, development and test; of pairs those of sources and those of targets.
  private func unknown(_ data: RunRecord.DataSummary) -> String {
    let sides = [data.unknownShares, data.unknownTargetShares].compactMap { $0 }.map { shares in
      Split.allCases.map { Digits.fixed(100 * (shares[$0] ?? 0), 2) }.joined(separator: " / ")
    }
    return sides.isEmpty ? "–" : sides.joined(separator: " → ")
  }

  private func environments(_ study: StudyResults) -> MarkdownTable {
    var table = MarkdownTable([
      ("processor", .left), ("system", .left), ("libraries", .left), ("unroll", .left), ("commit", .left),
      ("build", .left), ("runs at a time", .right), ("runs", .right),
    ])
    var counts: [(environment: Machine.Environment, runs: Int)] = []
    for var environment in study.records.map(\.environment) {
      environment.load = nil
      if let index = counts.firstIndex(where: { $0.environment == environment }) {
        counts[index].runs += 1
      } else {
        counts.append((environment, 1))
      }
    }
    for (environment, runs) in counts {
      let libraries = environment.libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      let cells = [environment.cpu, environment.system, libraries.joined(separator: ", "), environment.version]
      table.add(
        cells.map(Markdown.escape) + [
          Markdown.code(environment.commit),
          environment.build.map { Markdown.code(String($0.prefix(8))) } ?? "not recorded",
          environment.jobs.map(Digits.whole) ?? "not recorded", "\(runs)",
        ])
    }
    return table
  }

  private func identities(_ study: StudyResults) -> Block {
    var table = MarkdownTable([
      ("task", .left), ("backend", .left), (study.runTitle, .right), ("status", .left), ("identity", .left),
    ])
    for record in study.records {
      table.add([
        Markdown.escape(record.cell.task), Markdown.code(record.cell.title), "\(record.cell.seed)",
        record.outcome, Markdown.code(record.identity),
      ])
    }
    return .details("Identities of all \(Markdown.count(study.records.count, "record"))", [.table(table)])
  }
}
