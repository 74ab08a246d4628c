import ArgumentParser
import UnrollCore
import UnrollStudy

struct PredictionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predictions", abstract: "Writes what a study's runs predicted for every test item as one CSV.",
    discussion: """
      A row for every item of every task and seed: its text, what is true of it, and what every backend predicted, with the \
      candidate that development chose. Runs leave their predictions beside their records, where they were made.

      With --differ instead the items that most seeds of the first backend get wholly right and most of the second do not, to be read:

        unroll predictions study.yaml --differ lstm gru --limit 5
      """)

  @OptionGroup var options: StudyOptions
  @OptionGroup var data: DataOption
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Two backends: shows items that tell them apart.", valueName: "backend"))
  var differ: [String] = []
  @Option(help: "With --differ: how many items of a task are shown.") var limit = 20
  @Option(
    help: ArgumentHelp("Where the table goes. Default: standard output.", valueName: "file"), transform: Terminal.path)
  var output: String?

  func validate() throws {
    guard [0, 2].contains(Set(differ).count), differ.count < 3 else {
      throw ValidationError("--differ: give it the names of two backends, behind the study's")
    }
    guard limit >= 0 else { throw ValidationError("--limit: \(limit) is below 0") }
  }

  func run() throws {
    try reporting {
      let (study, folder) = (try StudyFile(path: options.study), options.folder)
      try folder.refuseOther()
      let table = try PredictionTable(requests(of: study), folder.store, data.location)
      guard table.kept > 0 else {
        if let first = table.broken.first {
          throw InputError(first.message, file: first.file, line: first.line, also: Array(table.broken.dropFirst()))
        }
        _ = try folder.current()
        throw InputError(
          "no run of the study has left its predictions here; `unroll run` with another --reports makes the runs anew",
          file: folder.store.folder)
      }
      let text =
        differ.isEmpty ? table.csv : Array(table.differences(right: differ[0], wrong: differ[1], limit: limit).utf8)
      if let output { try Files.write(text, to: output) } else { Terminal.write(text, to: .output) }
      let without = differ.isEmpty ? "their fields are empty" : "they do not count"
      if table.missing > 0 {
        let all = table.kept + table.missing + table.broken.count
        Terminal.note("\(table.missing.counted("run")) of \(all) left no predictions; \(without).")
      }
      for error in table.broken {
        Terminal.complain(
          "\(error); \(differ.isEmpty ? "the fields of this run are empty" : "this run does not count")")
      }
      if !table.broken.isEmpty { throw ExitCode(1) }
    }
  }

  /// All runs of the study, or those of the two backends; of several candidates those of the chosen one.
  private func requests(of study: StudyFile) throws -> [RunRequest] {
    let requests = try options.folder.chosen(study.requests(data.location))
    let known = requests.map(\.cell.cell.backend).unique
    for name in differ where !known.contains(name) {
      throw InputError("--differ: \(Suggestion.unknown("backend", name, known: known))")
    }
    return differ.isEmpty ? requests : requests.filter { differ.contains($0.cell.cell.backend) }
  }
}
