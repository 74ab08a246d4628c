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
  @Flag(help: "As one JSON object, with the spans of every type.") var json = false
  @Flag(help: "A span that breaks its scheme is none, as in seqeval's strict mode.") var strict = false
  @Option(
    parsing: .unconditional,
    help:
      "Of a model that writes texts: hypotheses side by side; 1 takes the most probable token. Default: as it was trained."
  )
  var beam: Int?
  @OptionGroup var data: DataOption

  private struct Content: Encodable {
    var metrics: [Metric]
    var scores: [String: Double]
    var tokens: Int
    var loss: Double
    var spans: [String: Spans]?
  }

  private struct Spans: Encodable {
    let truths, predictions, hits: Int
    let precision, recall, f1: Double

    init(_ counts: SpanCounts.Counts) {
      (truths, predictions, hits) = (counts.truths, counts.predictions, counts.hits)
      (precision, recall, f1) = (counts.precision, counts.recall, counts.f1)
    }
  }

  func run() throws {
    try reporting {
      _ = Kernels.singleThread
      let read = try self.model.read()
      let model = try beam.map(read.searching) ?? read
      let reading: SpanReading? = strict ? .strict : nil
      let evaluation =
        files.isEmpty
        ? try model.evaluate(data.location, spans: reading)
        : try model.evaluate(files: files, data.location, spans: reading, note: Terminal.note)
      if json {
        let content = Content(
          metrics: model.metrics, scores: evaluation.scores, tokens: evaluation.tokens,
          loss: evaluation.predictions.sums.mean, spans: evaluation.spans?.byType.mapValues(Spans.init))
        return Terminal.write(try content.json(pretty: true) + [UInt8(ascii: "\n")], to: .output)
      }
      let known = model.metrics.filter { evaluation.scores[$0.name] != nil }
      let unit = model.data.scales == nil ? "tokens" : "rows"
      let rows = known.map { ($0.name, $0.text(evaluation.scores[$0.name]!)) } + [(unit, "\(evaluation.tokens)")]
      let width = rows.map(\.0.count).max() ?? 0
      for (name, value) in rows {
        Terminal.say("\(name)\(String(repeating: " ", count: width - name.count))  \(value)")
      }
    }
  }
}
