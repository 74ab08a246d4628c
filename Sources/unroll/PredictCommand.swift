import ArgumentParser
import FoundationEssentials
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollStudy
import UnrollTraining

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Says what a model says of every line of standard input, as it comes.",
    discussion: """
      A tagger gives a label for every word, a classifier one for the line, a language model its mean loss in nats, and what was trained to \
      write a text for a text (translation, pronunciation) that text. Lines are cut \
      into tokens as the training data were; words that the model does not know are <unk>. An empty line gives an empty one. A model of \
      two sentences reads them with a tab between them.

      Of a model of numbers lines are rows in CSV, the first of which names the columns, and an empty line ends a sequence. Every row is \
      answered as it comes where later rows cannot matter, otherwise at the end of its sequence; a classifier answers once.

        echo 'how far is it to Aspen ?' | unroll predict trec-gru.safetensors
      """)

  @OptionGroup var model: ModelArgument
  @Flag(
    help:
      "One JSON object a line: tokens, labels, their probabilities, spans, losses (the line's end has one, too), numbers, what was written, attention."
  )
  var json = false
  @Option(
    parsing: .unconditional,
    help:
      "Of a model that writes texts: hypotheses side by side; 1 takes the most probable token. Default: as it was trained."
  )
  var beam: Int?

  func run() throws {
    try reporting {
      _ = Kernels.singleThread
      let read = try self.model.read()
      let model = try beam.map(read.searching) ?? read
      if model.data.scales != nil { return try answerRows(try SeriesPredictor(model)) }
      let predictor = try Predictor(model)
      var isBroken = false
      try Terminal.forEachLine { line, number in
        let text = String(decoding: line, as: UTF8.self)
        if !isBroken, !text.utf8.elementsEqual(line) {
          isBroken = true
          Terminal.complain("standard input:\(number): is not UTF-8; what cannot be read is � from here on")
        }
        do {
          let said = try predictor.predict(text)
          try show(said, PredictCommand.text(said))
        } catch let error as InputError where error.file == nil {
          throw InputError(error.message, file: "standard input", line: number)
        }
      }
      try predictor.remark().map(Terminal.note)
    }
  }

  /// The first line names what the others have.
  private func answerRows(_ predictor: SeriesPredictor) throws {
    func show(_ said: SeriesPrediction) throws {
      try self.show(said, said.label ?? (said.numbers ?? []).map { "\($0)" }.joined(separator: ","))
    }
    var rows: NumberLines?
    try Terminal.forEachLine { line, number in
      guard let known = rows else {
        rows = try NumberLines(header: line, columns: predictor.columns, file: "standard input")
        if !json { Terminal.say(predictor.targets.isEmpty ? "label" : predictor.targets.joined(separator: ",")) }
        return
      }
      guard line.isEmpty else { return try predictor.read(known.row(line, number)).map(show) ?? () }
      for said in try predictor.end() { try show(said) }
      try show(SeriesPrediction())
    }
    for said in try predictor.end() { try show(said) }
  }

  private func show(_ said: some Encodable, _ text: String) throws {
    Terminal.write((json ? try said.json() : Array(Terminal.shown(text).utf8)) + [UInt8(ascii: "\n")], to: .output)
  }

  private static func text(_ said: TextPrediction) -> String {
    said.outputText ?? said.labels?.joined(separator: " ") ?? said.loss.map(Metric.nats.text) ?? ""
  }
}
