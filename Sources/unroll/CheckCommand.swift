import ArgumentParser
import UnrollCore
import UnrollLayers
import UnrollTraining

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks what every backend must keep: gradients, ragged batches, streaming, causality, repeatability.",
    discussion: """
      Every backend is built in several forms: stacks, readings, and every value of its own options. The table shows the worst \
      figure over all forms. Exit code 1 if one is outside of its limit.
      """)

  @Argument(help: "Backends to check; all when none is named.") var backends: [String] = []
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
        if !json { print(CheckTable(results).text) }
        failed = failed || !results.allSatisfy(\.passes)
      }
      if failed { throw ExitCode(1) }
    }
  }
}

/// The results of one backend: a line a check with its worst figure, then every failure.
private struct CheckTable {
  let results: [Contract.Result]

  init(_ results: [Contract.Result]) { self.results = results }

  var text: String {
    let lines = worst.map { form, figure in
      row([
        figure.check, number(figure.worst), (figure.atLeast ? "≥ " : "≤ ") + number(figure.limit),
        figure.passes ? "ok" : "FAILED", at(form, figure),
      ])
    }
    let title = "\(results[0].backend): \(results.count) forms, \(results.reduce(0) { $0 + $1.figures.count }) figures"
    let failures = results.flatMap { form in
      form.figures.filter { !$0.passes }.map { "  FAILED \($0.check): \(number($0.worst)) at \(at(form, $0))" }
    }
    return ([title, row(["check", "worst figure", "limit", "", "at"])] + lines + failures).joined(separator: "\n")
      + "\n"
  }

  /// Of every check, in order, the figure that is nearest to its limit or furthest outside.
  private var worst: [(Contract.Result, Contract.Figure)] {
    var order: [String] = []
    var found: [String: (Contract.Result, Contract.Figure)] = [:]
    for result in results {
      for figure in result.figures {
        guard let known = found[figure.check]?.1 else {
          order.append(figure.check)
          found[figure.check] = (result, figure)
          continue
        }
        if figure.atLeast ? figure.worst < known.worst : figure.worst > known.worst {
          found[figure.check] = (result, figure)
        }
      }
    }
    return order.map { found[$0]! }
  }

  private func at(_ form: Contract.Result, _ figure: Contract.Figure) -> String {
    "\(form.form), \(form.reading)" + (figure.place.isEmpty ? "" : ": \(figure.place)")
  }

  private func row(_ cells: [String]) -> String {
    let padded = zip(cells, [32, 13, 10, 7]).map { cell, width in
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
