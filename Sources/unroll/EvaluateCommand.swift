import ArgumentParser
import UnrollCore
import UnrollKernels
import UnrollStudy
import UnrollTraining

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Scores a model on its data's test split, or on other files of the same format.",
    discussion: """
      Files are read as the training data were, all of them together; a label that the model does not know is an error with its \
      file and line. Words count as unseen where the model's vocabulary lacks them.
      """)

  @OptionGroup var model: ModelArgument
  @Argument(help: "Files of the same format; none for the test split of its own data.", transform: Terminal.path)
  var files: [String] = []
  @Flag(help: "As one JSON object.") var json = false
  @OptionGroup var data: DataOption

  private struct Content: Encodable {
    var metrics: [Metric]
    var scores: [String: Double]
    var tokens: Int
    var loss: Double
  }

  func run() throws {
    try reporting {
      _ = Kernels.singleThread
      let model = try self.model.read()
      let evaluation =
        files.isEmpty
        ? try model.evaluate(data.location)
        : try model.evaluate(files: files, data.location, note: Terminal.note)
      if json {
        let content = Content(
          metrics: model.metrics, scores: evaluation.scores, tokens: evaluation.tokens,
          loss: evaluation.predictions.sums.mean)
        return Terminal.write(try content.json(pretty: true) + [UInt8(ascii: "\n")], to: .output)
      }
      let known = model.metrics.filter { evaluation.scores[$0.name] != nil }
      let rows = known.map { ($0.name, $0.text(evaluation.scores[$0.name]!)) } + [("tokens", "\(evaluation.tokens)")]
      let width = rows.map(\.0.count).max() ?? 0
      for (name, value) in rows {
        Terminal.say("\(name)\(String(repeating: " ", count: width - name.count))  \(value)")
      }
    }
  }
}
