import ArgumentParser
import UnrollChecks
import UnrollCore
import UnrollTraining

struct ParityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parity", abstract: "Compares our layers with float64 reference cases (*.safetensors).",
    discussion:
      "The error of a tensor is max|ours − theirs| / max(max|theirs|, 1e-3). Exit code 1 if one is over the tolerance, or a case is not supported or damaged."
  )

  @Argument(help: "A folder of cases.", transform: Terminal.path) var folder: String
  @Option(help: "Largest error allowed.") var tolerance = 2e-5
  @Option(help: "Run only the cases whose file name contains this.") var only = ""
  @Flag(help: "One JSON object a line.") var json = false

  func run() throws {
    try reporting {
      let results = try Parity.run(folder: folder, only: only)
      for result in results {
        if json {
          Terminal.say(try line(result))
        } else if let complaint = result.complaint {
          Terminal.complain(complaint)
        } else {
          Terminal.say(text(result))
        }
      }
      let bad = results.filter { !$0.passes(tolerance) }
      if !json { print("\(results.count - bad.count) of \(results.count) cases within \(tolerance)") }
      if !bad.isEmpty { throw ExitCode(1) }
    }
  }

  private func line(_ result: Parity.Result) throws -> String { String(decoding: try result.json(), as: UTF8.self) }

  private func text(_ result: Parity.Result) -> String {
    guard let worst = result.comparisons.max(by: { $0.error < $1.error }) else {
      return "unsupported  \(result.name) (operation \(result.operation))"
    }
    let verdict = result.passes(tolerance) ? "ok          " : "FAILED      "
    return
      "\(verdict) \(result.name): largest error \(worst.error) (\(worst.tensor)), \(result.comparisons.count) tensors"
  }
}
