import ArgumentParser
import UnrollChecks
import UnrollCore
import UnrollLayers
import UnrollTraining

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks what every backend must keep: gradients, ragged batches, streaming, causality, repeatability.",
    discussion: """
      Every backend is built in several forms: stacks, readings, and every value of its own options. Checks that fail are \
      shown with their worst figure over all forms, the worst first; the last line sums up. Exit code 1 if one fails.
      """)

  @Argument(help: "Backends to check; all when none is named.") var backends: [String] = []
  @Flag(name: .shortAndLong, help: "Every check, and every form and place where one fails.") var verbose = false
  @Flag(help: "One JSON object a form and line.") var json = false

  func run() throws {
    try reporting {
      let chosen = backends.isEmpty ? Backends.all : try backends.map(Backends.named)
      var failed = false
      for backend in chosen {
        let results = try Contract.forms(of: backend).map { form in
          let result = try Contract.run(form)
          if json { print(String(decoding: try result.json(), as: UTF8.self)) }
          return result
        }
        if !json { print(CheckTable(results).text(verbose: verbose)) }
        failed = failed || !results.allSatisfy(\.passes)
      }
      if failed { throw ExitCode(1) }
    }
  }
}

/// The results of one backend: a line a check with its worst figure, the worst first, and a last line that sums up.
struct CheckTable {
  /// One check over all forms.
  private struct Line {
    /// The figure that is nearest to the limit or furthest outside, and its form.
    let worst: (form: Contract.Result, figure: Contract.Figure)
    let failures: [(form: Contract.Result, figure: Contract.Figure)]
    let forms: Int
  }

  let results: [Contract.Result]
  private let lines: [Line]

  init(_ results: [Contract.Result]) {
    self.results = results
    let found = results.flatMap { form in form.figures.map { (form: form, figure: $0) } }
    lines = Dictionary(grouping: found) { $0.figure.check }.values.map { all in
      Line(
        worst: all.max { $0.figure.strain < $1.figure.strain }!, failures: all.filter { !$0.figure.passes },
        forms: all.count)
    }.sorted { ($1.worst.figure.strain, $0.worst.figure.check) < ($0.worst.figure.strain, $1.worst.figure.check) }
  }

  func text(verbose: Bool) -> String {
    let shown = lines.filter { verbose || !$0.failures.isEmpty }
    let heading = row(["check", "worst figure", "limit", "", "at"])
    let places = verbose ? lines.flatMap(\.failures).map(place) : []
    return ((shown.isEmpty ? [] : [heading]) + shown.map(text) + places + [summary]).joined(separator: "\n")
  }

  private var summary: String {
    let failed = lines.count { !$0.failures.isEmpty }
    let counts = "\(lines.count) checks over \(results.count) forms"
    guard failed == 0 else { return "\(results[0].backend): \(failed) of \(counts) FAILED" }
    // A figure of zero against a limit of zero is as good as can be; of the others one is nearest to its limit.
    let nearest = lines[0].worst.figure
    return "\(results[0].backend): \(counts) ok; nearest to its limit: \(nearest.check), "
      + "\(number(nearest.worst)) (\(limit(nearest)))"
  }

  private func text(_ line: Line) -> String {
    let (form, figure) = line.worst
    let verdict = line.failures.isEmpty ? "ok" : "FAILED in \(line.failures.count) of \(line.forms)"
    return row([figure.check, number(figure.worst), limit(figure), verdict, at(form, figure)])
  }

  private func place(_ failure: (form: Contract.Result, figure: Contract.Figure)) -> String {
    "  FAILED \(failure.figure.check): \(number(failure.figure.worst)) at \(at(failure.form, failure.figure))"
  }

  private func limit(_ figure: Contract.Figure) -> String { (figure.atLeast ? "≥ " : "≤ ") + number(figure.limit) }

  private func at(_ form: Contract.Result, _ figure: Contract.Figure) -> String {
    "\(form.form), \(form.reading)" + (figure.place.isEmpty ? "" : ": \(figure.place)")
  }

  private func row(_ cells: [String]) -> String {
    let padded = zip(cells, [32, 13, 10, 18]).map { cell, width in
      cell + String(repeating: " ", count: max(0, width - cell.count))
    }
    return "  " + (padded + cells.dropFirst(padded.count)).joined(separator: " ")
  }

  /// Two digits are enough to see how near the limit is.
  private func number(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    guard value < 1e9 else { return "infinite" }
    var (scaled, exponent) = (value, 0)
    while scaled >= 9.95 { (scaled, exponent) = (scaled / 10, exponent + 1) }
    while scaled < 0.995 { (scaled, exponent) = (scaled * 10, exponent - 1) }
    let mantissa = Double(Int((scaled * 10).rounded())) / 10
    return exponent == 0 ? "\(mantissa)" : "\(mantissa)e\(exponent)"
  }
}
