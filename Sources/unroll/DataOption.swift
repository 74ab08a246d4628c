import ArgumentParser
import FoundationEssentials
import UnrollCore
import UnrollData
import UnrollStudy

/// Where data is looked for, the same for every command.
struct DataOption: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "Folder with data sets (or $UNROLL_DATA; several separated by colons). Default: ~/.cache/unroll.",
      valueName: "folder"), transform: Terminal.path)
  var folders: String?

  /// Given folders first, then the default one.
  var location: DataLocation {
    // A variable that is empty is as good as none.
    let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
    let given = folders ?? environment["UNROLL_DATA"] ?? ""
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? ".") + "/.cache"
    let standard = environment["UNROLL_DATA_DEFAULT"] ?? cache + "/unroll"
    return DataLocation(roots: given.split(separator: ":").map(String.init) + [standard])
  }

  /// The same for a child process.
  var arguments: [String] { folders.map { ["--data=\($0)"] } ?? [] }
}

/// Where records and reports lie, the same for `run`, `report` and the hidden `cell`.
struct StudyOptions: ParsableArguments {
  @Argument(help: "A study in YAML.", transform: Terminal.path) var study: String
  @Option(help: ArgumentHelp("Folder for reports. Default: Reports.", valueName: "folder"), transform: Terminal.path)
  var reports =
    "Reports"
  @Option(
    help: ArgumentHelp("Folder for the study's records. Default: <reports>/<study>/records.", valueName: "folder"),
    transform: Terminal.path)
  var records: String?

  var folder: RunFolder {
    RunFolder(study: StudyFile.name(of: study), reports: reports, records: records, file: study)
  }

  /// Names that begin with a dash stay names.
  func arguments(_ others: [String]) -> [String] {
    others + ["--reports=\(reports)"] + (records.map { ["--records=\($0)"] } ?? []) + ["--", study]
  }
}
