import ArgumentParser
import UnrollCore
import UnrollKernels
import UnrollStudy
import UnrollTraining

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "Says what differs between two studies, two runs of one or two models, and whether it is more than noise.",
    discussion: """
      Each is a study in YAML, whose runs lie in the folder of reports, or the file of its runs, so that two programs or machines \
      can be compared:

        unroll compare Reports/quick/runs.jsonl other/quick/runs.jsonl

      Or both are model files, which are scored side by side on the test split of their data, or on files:

        unroll compare a.safetensors b.safetensors
      """)

  @Argument(help: "A study, its runs.jsonl, or a model file.", transform: Terminal.path) var first: String
  @Argument(help: "The other.", transform: Terminal.path) var second: String
  @Argument(
    help: "Files of the same format to score models on; none for the test split of their own data.",
    transform: Terminal.path)
  var files: [String] = []
  @Option(help: ArgumentHelp("Folder for reports. Default: Reports.", valueName: "folder"), transform: Terminal.path)
  var reports = "Reports"
  @OptionGroup var data: DataOption

  private static let model = ".safetensors"

  func validate() throws {
    let models = [first, second].count { $0.hasSuffix(CompareCommand.model) }
    if models == 1 { throw ValidationError("A model is compared with a model: two files *\(CompareCommand.model).") }
    if models == 0, !files.isEmpty {
      throw ValidationError("Files are for models; two studies are compared as they are.")
    }
  }

  func run() throws {
    try reporting {
      let text =
        first.hasSuffix(CompareCommand.model)
        ? try ModelComparison(model(first), model(second)).text
        : StudyComparison(try side(first), try side(second)).text
      Terminal.write(Array(text.utf8), to: .output)
    }
  }

  private func model(_ path: String) throws -> ModelComparison.Side {
    _ = Kernels.singleThread
    let model = try ModelFile(contentsOf: path)
    let evaluation =
      files.isEmpty
      ? try model.evaluate(data.location) : try model.evaluate(files: files, data.location, note: Terminal.note)
    return ModelComparison.Side(model, evaluation, name: path)
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
