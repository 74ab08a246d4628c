import ArgumentParser
import UnrollBench
import UnrollCore
import UnrollKernels
import UnrollStudy
import UnrollSystem

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures the speed and memory of training steps and operators.",
    discussion: """
      Every case is measured by a process of its own, so that peak memory is its own: the median over as many runs as fit into \
      --seconds. Cases that this version cannot run are left out and named on standard error.
      """)

  /// What is measured instead of a file of cases.
  enum Mode: String, EnumerableFlag {
    case scaling, streaming, peak
    case ratios = "guard"

    static func help(for mode: Mode) -> ArgumentHelp? {
      switch mode {
      case .scaling: "Time a token and memory of every backend against length, width, batch, vocabulary and threads."
      case .streaming: "Time of one step at batch one of every backend that streams, its state carried."
      case .peak: "What one core can do at most: multiply-adds in registers, and in OpenBLAS's product."
      case .ratios: "How much faster kernels are than plain loops; for scripts/bench-guard."
      }
    }

    static func name(for mode: Mode) -> NameSpecification { .customLong(mode.rawValue) }
  }

  @Option(help: ArgumentHelp("A JSON file of cases.", valueName: "file"), transform: Terminal.path) var cases: String?
  @Flag var mode: Mode?
  @Option(help: "Threads; each batch is cut into as many shards. Default: 1.") var threads: Int?
  @Option(help: "Run only the cases whose name contains this; of --scaling, only this backend.") var only = ""
  @Option(help: "Width of the layers and of the input of --streaming. Default: 128.") var width: Int?
  @Option(help: "Measuring time for each case. Default: 1.5, of a point of --scaling 0.3.") var seconds: Double?
  @Flag(help: "One JSON object a line.") var json = false

  func validate() throws {
    if let threads, !(1...64).contains(threads) { throw ValidationError("--threads must be 1…64.") }
    if let seconds, !(seconds > 0 && seconds < 3600) {
      throw ValidationError("--seconds must be above 0 and below 3600.")
    }
    if let width, !(1...65_536).contains(width) { throw ValidationError("--width must be 1…65536.") }
    if width != nil, mode != .streaming { throw ValidationError("--width goes with --streaming alone.") }
    if cases == nil && mode == nil {
      throw ValidationError("Say what to measure: --cases FILE, or one of \(Mode.names).")
    }
    if cases != nil, let mode { throw ValidationError("--cases and --\(mode.rawValue) are two things; take one.") }
    if threads != nil, let mode { throw ValidationError("--threads does not go with --\(mode.rawValue).") }
    if mode == .peak && !only.isEmpty { throw ValidationError("--peak has no parts; leave --only out.") }
  }

  func run() throws {
    try reporting {
      switch mode {
      case nil: try runCases()
      case .scaling: try runScaling()
      case .streaming: try runStreaming()
      case .peak: try runPeak()
      case .ratios: try runRatios()
      }
    }
  }

  private func runCases() throws {
    let path = cases!
    let chosen = try BenchCases(path: path).cases.filter { only.isEmpty || $0.name.contains(only) }
    guard !chosen.isEmpty else { throw InputError("has no case whose name contains \"\(only)\"", file: path) }
    // More would send the machine to its disk, and the time would mean nothing.
    let budget = BenchProcess.Budget(mib: 0.9 * Machine.memory)
    var failed = false
    for item in chosen {
      if let obstacle = item.obstacle {
        Terminal.note("\(item.name): cannot be run by this version: \(obstacle)")
        continue
      }
      switch try item.measureApart(threads: threads ?? 1, seconds: seconds ?? 1.5, within: budget) {
      case .result(let result): try show(result, text(result))
      case .none(let problem):
        failed = true
        Terminal.complain("\(item.name): not measured: \(problem)")
      }
    }
    if failed { throw ExitCode(1) }
  }

  private func text(_ result: BenchResult) -> String {
    "\(result.name): \(result.ms) ms a run, \(result.tokens_per_s) tokens/s, peak \(result.peak_mib) MiB, \(result.threads) thread(s)"
  }

  private func runPeak() throws {
    let peak = BenchPeak.measured(seconds: seconds ?? 1.5)
    try show(
      peak,
      "one core: \(peak.fma_gflops) GFLOP/s in registers; products of \(peak.size)²: OpenBLAS \(peak.sgemm_gflops), our own \(peak.own_gflops) GFLOP/s"
    )
  }

  private func runRatios() throws {
    let chosen = BenchGuard.names.filter { only.isEmpty || $0.contains(only) }
    guard !chosen.isEmpty else { throw InputError("no ratio's name contains \"\(only)\"") }
    for name in chosen {
      let result = try BenchGuard.measure(name, seconds: seconds ?? 1.5)
      try show(result, "\(name) \(result.ratio)")
    }
  }

  /// One line on standard output: JSON when asked, else the text.
  func show(_ value: some Encodable, _ text: String) throws {
    Terminal.write((json ? String(decoding: try value.json(), as: UTF8.self) : text) + "\n", to: .output)
  }
}

extension BenchCommand.Mode {
  /// `--a, --b`.
  static var names: String { allCases.map { "--\($0.rawValue)" }.joined(separator: ", ") }
}

/// One case in this process; started by `bench`.
struct BenchCaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-case", abstract: "Measures one case.", shouldDisplay: false)

  @Argument(help: "The case as JSON.") var item: String
  @Option(help: "Threads.") var threads: Int
  @Option(help: "Measuring time.") var seconds: Double

  func run() throws {
    try reporting {
      _ = Kernels.singleThread
      Orphan.endsItself()
      let item = try BenchCase(json: item)
      let line: [UInt8]
      do { line = try item.measure(threads: threads, seconds: seconds).json() } catch let error as InputError {
        line = try BenchFailure(error).json()
      }
      Terminal.write(String(decoding: line, as: UTF8.self) + "\n", to: .output)
    }
  }
}
