import ArgumentParser
import UnrollStudy

/// Where records and reports lie, the same for `run` and `report`.
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
}
