import ArgumentParser
import UnrollCore
import UnrollStudy

struct PredictionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predictions", abstract: "Writes what a study's runs predicted for every test item as one CSV.",
    discussion: """
      A row for every item of every task and seed: its text, what is true of it, and what every backend predicted. Runs leave \
      their predictions beside their records, where they were made.
      """)

  @OptionGroup var options: StudyOptions
  @OptionGroup var data: DataOption
  @Option(
    help: ArgumentHelp("Where the table goes. Default: standard output.", valueName: "file"), transform: Terminal.path)
  var output: String?

  func run() throws {
    try reporting {
      let (study, folder) = (try StudyFile(path: options.study), options.folder)
      try folder.refuseOther()
      let table = try PredictionTable(try study.requests(data.location), folder.store, data.location)
      guard table.kept > 0 else {
        if let first = table.broken.first {
          throw InputError(first.message, file: first.file, line: first.line, also: Array(table.broken.dropFirst()))
        }
        _ = try folder.current()
        throw InputError(
          "no run of the study has left its predictions here; `unroll run` with another --reports makes the runs anew",
          file: folder.store.folder)
      }
      if let output { try Files.write(table.csv, to: output) } else { Terminal.write(table.csv, to: .output) }
      if table.missing > 0 {
        Terminal.note(
          "\(table.missing.counted("run")) of \(table.kept + table.missing + table.broken.count) left no predictions; their fields are empty."
        )
      }
      for error in table.broken { Terminal.complain("\(error); the fields of this run are empty") }
      if !table.broken.isEmpty { throw ExitCode(1) }
    }
  }
}
