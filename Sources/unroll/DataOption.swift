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
      valueName: "folder"))
  var folders: String?

  /// Given folders first, then the default one.
  var location: DataLocation {
    let environment = ProcessInfo.processInfo.environment
    let given = folders ?? environment["UNROLL_DATA"] ?? ""
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? ".") + "/.cache"
    let standard = environment["UNROLL_DATA_DEFAULT"] ?? cache + "/unroll"
    return DataLocation(roots: given.split(separator: ":").map(String.init) + [standard])
  }

  /// The same for a child process.
  var arguments: [String] { folders.map { ["--data", $0] } ?? [] }
}

/// Where records and reports lie, the same for `run`, `report` and the hidden `cell`.
struct StudyOptions: ParsableArguments {
  @Argument(help: "A study in YAML.") var study: String
  @Option(help: ArgumentHelp("Folder for reports.", valueName: "folder")) var reports = "Reports"
  @Option(
    help: ArgumentHelp("Folder for the study's records. Default: <reports>/<study>/records.", valueName: "folder"))
  var records: String?

  func folder(_ name: String) -> RunFolder { RunFolder(study: name, reports: reports, records: records) }

  /// The study's name, from its file's.
  var name: String { String((study.split(separator: "/").last ?? "").split(separator: ".").first ?? "") }

  var arguments: [String] { [study, "--reports", reports] + (records.map { ["--records", $0] } ?? []) }
}
