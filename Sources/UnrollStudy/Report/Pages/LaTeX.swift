import UnrollStatistics
import UnrollTraining

/// The score tables of a report for a paper: one `tabular` a task in the style of booktabs, the top group bold.
struct LaTeX {
  let text: String

  init(_ results: StudyResults) {
    let tables = results.tasks.compactMap { task in task.rankings.isEmpty ? nil : LaTeX.table(task) }
    text = "% \\usepackage{booktabs}\n" + tables.joined(separator: "\n")
  }

  /// All metrics of a task; means ± standard deviations.
  private static func table(_ task: TaskResults) -> String {
    let rankings = task.rankings
    var lines = [
      "% \(escape(task.name)); bold: the top group, which contains the best with 95 % confidence",
      "\\begin{tabular}{l\(String(repeating: "r", count: rankings.count))}", "\\toprule",
      row(["backend"] + rankings.map { heading($0.metric) }), "\\midrule",
    ]
    lines.append(
      row(
        [escape(task.baselineTitle)]
          + rankings.map { ranking in ranking.baseline.map { ranking.text.number($0.mean) } ?? "--" }))
    for backend in task.backends {
      lines.append(
        row(
          [escape(backend.name)]
            + rankings.map { ranking in
              guard let standing = ranking.standings.first(where: { $0.backend.name == backend.name }) else {
                return "--"
              }
              return cell(standing, ranking)
            }))
    }
    return (lines + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n") + "\n"
  }

  /// `$\mathbf{92.0} \pm 1.6$`; runs that were lost stand above: `^{2/3}`.
  private static func cell(_ standing: Standing, _ ranking: Ranking) -> String {
    func number(_ score: Double) -> String {
      ranking.text.number(score).replacing(",", with: "{,}").replacing("−", with: "-")
    }
    let mean = number(standing.sample.mean)
    let spread = standing.sample.sd.map { " \\pm \(number($0))" } ?? ""
    let (count, all) = (standing.sample.count, standing.backend.records.count)
    return
      "$\(standing.verdict == .top ? "\\mathbf{\(mean)}" : mean)\(spread)\(count < all ? "^{\(count)/\(all)}" : "")$"
  }

  private static func heading(_ metric: Metric) -> String {
    escape(metric.name) + (metric.unit == .percent ? " (\\%)" : "")
      + (metric.higherIsBetter ? " $\\uparrow$" : " $\\downarrow$")
  }

  private static func row(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }

  /// Text in which nothing is a command.
  static func escape(_ text: String) -> String {
    text.printable.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      default: result.append(character)
      }
    }
  }
}
