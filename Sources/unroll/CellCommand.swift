import ArgumentParser
import UnrollCore
import UnrollKernels
import UnrollStudy
import UnrollSystem

extension KeptModels: ExpressibleByArgument {}

/// One run of a study in this process; `run` starts it.
struct CellCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cell", abstract: "Makes one run of a study, without the study.", shouldDisplay: false)

  @Option(
    help: ArgumentHelp("The cell as JSON; - for standard input.", valueName: "file"), transform: Terminal.path)
  var cell: String
  @Option(help: ArgumentHelp("Folder for its record.", valueName: "folder"), transform: Terminal.path)
  var records: String
  @OptionGroup var data: DataOption
  @Option(help: "Which models are kept.") var keep = KeptModels.none
  @Option(help: "Runs that go on at the same time, for the record.") var jobs: Int?
  @OptionGroup var checkpoints: CheckpointOption

  func run() throws {
    try reporting {
      _ = Kernels.singleThread
      Orphan.endsItself()
      let isPiped = cell == "-"
      let request = try RunRequest(
        json: isPiped ? Terminal.input() : Files.read(cell), file: isPiped ? "standard input" : cell)
      let store = RecordStore(folder: records)
      let problem = try CellRun(request, data.location, jobs: jobs, endsOnSignals: true).run(
        into: store, keep: keep, checkpointInterval: checkpoints.seconds, progress: { Terminal.say("\($0)") },
        note: { Terminal.note(ProcessLauncher.noteMark + $0) })
      if let problem { throw problem }
    }
  }
}
