import ArgumentParser
import UnrollCore
import UnrollLayers
import UnrollStudy

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures the speed of training steps, or of streaming.",
    discussion:
      "The median over as many steps as fit into --seconds. Cases that this version cannot run are left out and named on standard error. "
      + "With --streaming: the time of one step at batch one of every backend, its state carried."
  )

  @Option(help: ArgumentHelp("A JSON file of cases.", valueName: "file")) var cases: String?
  @Flag(help: "Time single steps at batch one instead of the cases of a file.") var streaming = false
  @Option(help: "Width of the streamed layers and of their input.") var width = 128
  @Option(help: "Threads; each batch is cut into as many shards.") var threads = 1
  @Option(help: "Run only the cases whose name contains this.") var only = ""
  @Option(help: "Measuring time for each case.") var seconds = 1.5
  @Flag(help: "One JSON object a line.") var json = false

  func validate() throws {
    if !(1...64).contains(threads) { throw ValidationError("--threads must be 1…64.") }
    if (cases != nil) == streaming { throw ValidationError("Give --cases or --streaming, one of them.") }
    if !(1...65_536).contains(width) { throw ValidationError("--width must be 1…65536.") }
    if !(seconds > 0) { throw ValidationError("--seconds must be above zero.") }
  }

  func run() throws {
    try reporting {
      guard let cases else { return try stream() }
      let chosen = try BenchCases(path: cases).cases.filter { only.isEmpty || $0.name.contains(only) }
      guard !chosen.isEmpty else { throw InputError("has no case whose name contains \"\(only)\"", file: cases) }
      for item in chosen {
        guard let result = try item.measure(threads: threads, seconds: seconds) else {
          Terminal.note("\(item.name): cannot be run by this version")
          continue
        }
        Terminal.write((json ? String(decoding: try result.json(), as: UTF8.self) : text(result)) + "\n", to: stdout)
      }
    }
  }

  private func stream() throws {
    let chosen = Backends.all.filter { only.isEmpty || $0.name.contains(only) }
    guard !chosen.isEmpty else { throw InputError("no backend has a name that contains \"\(only)\"") }
    for backend in chosen {
      guard let result = try StreamingBench.measure(backend, width: width, seconds: seconds) else { continue }
      Terminal.write((json ? String(decoding: try result.json(), as: UTF8.self) : result.text) + "\n", to: stdout)
    }
  }

  private func text(_ result: BenchResult) -> String {
    "\(result.name): \(result.ms) ms a step, \(result.tokens_per_s) tokens/s, peak \(result.peak_mib) MiB, \(result.threads) thread(s)"
  }
}
