import ArgumentParser
import UnrollCore
import UnrollStudy

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Says what differs between two studies, or two runs of one, and whether it is more than noise.",
    discussion: """
      Each is a study in YAML, whose runs lie in the folder of reports, or the file of its runs, so that two programs or machines \
      can be compared:

        unroll compare Reports/quick/runs.jsonl other/quick/runs.jsonl
      """)

  @Argument(help: "A study, or its runs.jsonl.", transform: Terminal.path) var first: String
  @Argument(help: "The other.", transform: Terminal.path) var second: String
  @Option(help: ArgumentHelp("Folder for reports. Default: Reports.", valueName: "folder"), transform: Terminal.path)
  var reports = "Reports"

  func run() throws {
    try reporting {
      let comparison = StudyComparison(try side(first), try side(second))
      Terminal.write(Array(comparison.text.utf8), to: .output)
    }
  }

  private func side(_ path: String) throws -> StudyComparison.Side {
    if path.hasSuffix(".jsonl") {
      return try StudyComparison.Side(StudyRuns(lines: Files.read(path), file: path), name: path)
    }
    let folder = RunFolder(study: StudyFile.name(of: path), reports: reports, records: nil, file: path)
    try folder.refuseOther()
    return try StudyComparison.Side(folder.current(), name: StudyFile.name(of: path))
  }
}
