import ArgumentParser
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollStudy
import UnrollTraining

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains one model and writes it into a file.",
    discussion: """
      A cell of a study, a named data set, or files of your own:

        unroll train study.yaml --task names --backend gru
        unroll train cmu-stress --backend lstm --set training.epochs=3
        unroll train --backend gru --set data.format=text --set data.train=a.txt

      `unroll list --verbose` shows what may be set. Nothing is left until the end: a training that is stopped begins anew, \
      where a run of a study (`unroll run`) goes on from its last checkpoint.
      """)

  @Argument(help: "STUDY.yaml, or a data set by name; none where --set data.format and data.train say it.")
  var source: String?
  @Option(
    help:
      "Of a study with several: which task. Without a study: what is asked for, where such data serve several tasks.")
  var task: String?
  @Option(help: "The backend; of a study with several, as the study calls it.") var backend: String?
  @Option(help: "Any whole number from 0; of data with folds the number of one. Default: the study's first, or 1.")
  var seed: Int?
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Without a study: TABLE.KEY=VALUE of data, backend, model or training; as often as you like.",
      valueName: "setting"))
  var settings: [String] = []
  @Option(
    help: ArgumentHelp("Where the model goes. Default: <task>-<backend>.safetensors.", valueName: "file"),
    transform: Terminal.path)
  var output: String?
  @OptionGroup var data: DataOption

  private var isStudy: Bool { source.map { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") } ?? false }

  func validate() throws {
    if let seed, seed < 0 { throw ValidationError("--seed must be 0 or more.") }
    if isStudy, !settings.isEmpty {
      throw ValidationError("--set is for a model without a study; write it into the study.")
    }
    if !isStudy, backend == nil { throw ValidationError("--backend is missing; `unroll list backends` names them.") }
    if source == nil, !settings.contains(where: { $0.hasPrefix("data.") }) {
      throw ValidationError("name a study, a data set, or --set data.format=… --set data.train=….")
    }
  }

  func run() throws {
    try reporting {
      _ = Kernels.singleThread
      let request = try request()
      let cell = request.cell.cell
      let path = output ?? TrainCommand.name(cell)
      try Files.requireWritable(path)
      let (line, label) = (StatusLine(), "\(cell.title) on \(cell.task)")
      let outcome = try CellRun(request, data.location).run { line.show("\(label): \(Int(100 * $0)) %") }
      line.clear()
      guard let model = outcome.model?() else {
        throw InputError(outcome.record.failure?.message ?? "\(label): training left no model")
      }
      try model.write(to: path)
      outcome.record.data.remarks?.forEach(Terminal.note)
      let sizes = Split.allCases.map { "\(outcome.record.data.sizes[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
      let unit = outcome.record.cell.kind == LanguageModelling.name ? "tokens" : "sequences"
      Terminal.note("\(path): \(label), seed \(cell.seed), \(model.scoreText); \(sizes) \(unit)")
    }
  }

  private func request() throws -> RunRequest {
    do {
      guard let source, isStudy else {
        if let source, Files.exists(source), !Datasets.all.contains(where: { $0.name == source }) {
          throw InputError(
            "is no study (STUDY.yaml) and no data set; a file of yours is --set data.format=… --set data.train=\(source)",
            file: source)
        }
        let study = try StudyFile(data: source, task: task, backend: backend ?? "", settings: settings)
        return try study.request(task: nil, backend: nil, seed: seed, data.location)
      }
      return try StudyFile(path: source).request(task: task, backend: backend, seed: seed, data.location)
    } catch let error as InputError { throw error.onTheCommandLine }
  }

  private static func name(_ cell: RunRecord.Cell) -> String {
    let words = "\(cell.task)-\(cell.title)".map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }
    return Files.fitted(String(words)) + ".safetensors"
  }
}

extension InputError {
  /// What stands on the command line has no lines.
  fileprivate var onTheCommandLine: InputError {
    let all = each.map { error in
      let isOption = error.file.map { $0.hasPrefix("--set ") || $0 == StudyFile.words } ?? false
      return isOption
        ? InputError(error.message, file: error.file == StudyFile.words ? nil : error.file) : error
    }
    return InputError(all[0].message, file: all[0].file, line: all[0].line, also: Array(all.dropFirst()))
  }
}

extension ModelFile {
  /// Every metric's scores on development and test.
  var scoreText: String {
    let splits = [Split.development, .test]
    let texts = metrics.compactMap { metric -> String? in
      let values = splits.compactMap { split in
        scores[split]?[metric.name].map { "\(metric.text($0)) \(split.rawValue)" }
      }
      return values.isEmpty ? nil : "\(metric.name) \(values.joined(separator: ", "))"
    }
    return texts.isEmpty ? "not scored" : texts.joined(separator: "; ")
  }
}
