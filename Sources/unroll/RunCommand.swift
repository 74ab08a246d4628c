import ArgumentParser
import UnrollCore
import UnrollStudy
import UnrollSystem

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs what is missing of a study, then writes its report.",
    discussion: """
      Every run is a process of its own on one core and leaves a record; what has a record is not run again. Stop it as you \
      like: the same command goes on. Several of them may work on one study. Exit code 1 when a run failed, when none \
      finished, or when records are missing; 130 when it was interrupted.
      """)

  @OptionGroup var options: StudyOptions
  @OptionGroup var data: DataOption
  @Option(help: "Runs at the same time. Default: the cores that it may use.") var jobs: Int?
  @OptionGroup var checkpoints: CheckpointOption
  @Flag(help: "Also run again what another build of unroll has left.") var again = false
  @Flag(help: "Say what would be run, and stop.") var dryRun = false

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
  }

  func run() async throws {
    try await reporting {
      let study = try StudyFile(path: options.study)
      if dryRun { return try list(study) }
      let folder = options.folder
      try folder.refuseOther()
      let (display, jobs) = (RunDisplay(), jobs ?? Machine.cores)
      let words =
        ["cell", "--cell=-", "--records=\(folder.store.folder)", "--jobs=\(jobs)", "--keep=\(study.keep.rawValue)"]
        + data.arguments
        + checkpoints.arguments
      let runner = try StudyRunner(
        study, folder, data.location, jobs: jobs, again: again, launcher: ProcessLauncher(arguments: words),
        report: display.show)
      let summary = try await runner.run()
      display.end()
      if summary.interrupted {
        Terminal.note(RunCommand.interrupted(summary))
        throw ExitCode(130)
      }
      try conclude(folder, summary.outlived)
    }
  }

  private static func interrupted(_ summary: StudySummary) -> String {
    let done = summary.finished + summary.diverged
    let stopped = summary.underWay == 0 ? "" : ", \(summary.underWay) in progress"
    return "Interrupted: \(done.counted("run")) done and kept\(stopped). The same command goes on from here."
  }

  /// The report and the last words, both from the records that are there.
  ///
  /// - Parameter outlived: runs that failed though their earlier records are there.
  private func conclude(_ folder: RunFolder, _ outlived: Set<String>) throws {
    let runs = try folder.current()
    let (records, path) = (runs.records, try folder.report(runs))
    func count(_ status: RunRecord.Status) -> Int {
      records.count { (outlived.contains($0.identity) ? .failed : $0.status) == status }
    }
    let stopped = count(.stopped)
    Terminal.note(
      "\(records.count) of \(runs.wanted) runs: \(count(.finished)) finished, \(count(.diverged)) diverged, "
        + "\(count(.failed)) failed\(stopped > 0 ? ", \(stopped) stopped by their search" : ""). Report: \(path)")
    if count(.diverged) == records.count {
      Terminal.complain("every run diverged: lower training.learning_rate, or clip the gradient (training.clip)")
    }
    if count(.finished) == 0 || count(.failed) > 0 || records.count < runs.wanted { throw ExitCode(1) }
  }

  private func list(_ study: StudyFile) throws {
    let requests = try study.requests(data.location)
    let steps = try options.folder.steps(requests, again: again)
    for (request, step) in zip(requests, steps) {
      Terminal.say("\(step == .nothing ? "done   " : "missing")  \(request.identity)  \(request.cell.label)")
    }
    if zip(requests, steps).contains(where: { $0.cell.cell.search != nil && $1 != .nothing }) {
      Terminal.note("At most \(steps.count { $0 != .nothing }.counted("run")): the search stops some of them early.")
    }
  }
}

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes a study's report again, from its records alone.",
    discussion: "Beside the Markdown, as many other forms as are asked for: `<study>.html`, `.csv`, `.json`, `.tex`.")

  @OptionGroup var options: StudyOptions
  @Flag(help: "Also one page that needs nothing beside it, with tables that sort (by cmark-gfm).") var html = false
  @Flag(help: "Also every score, interval, verdict and cost, a row a task, backend and metric.") var csv = false
  @Flag(help: "The same as JSON.") var json = false
  @Flag(help: "Also the tables of scores for a paper.") var latex = false

  func run() throws {
    try reporting {
      let folder = options.folder
      try folder.refuseOther()
      let runs = try folder.current()
      guard !runs.records.isEmpty else {
        throw InputError("none of the study's runs has left a record yet", file: options.study)
      }
      let path = try folder.report(runs)
      Terminal.say("\(runs.records.count) of \(runs.wanted) runs. Report: \(path)")
      if html { Terminal.say("Page: \(try Page.write(path))") }
      guard csv || json || latex else { return }
      let forms = try ReportForms(runs, study: folder.study)
      if csv { try write(Array(forms.csv.utf8), beside: path, "csv") }
      if json { try write(forms.json(), beside: path, "json") }
      if latex { try write(Array(forms.latex.utf8), beside: path, "tex") }
    }
  }

  private func write(_ bytes: [UInt8], beside report: String, _ kind: String) throws {
    let path = Files.join(Files.parent(of: report), Files.stem(report) + "." + kind)
    try Files.write(bytes, to: path)
    Terminal.say("Numbers: \(path)")
  }
}
