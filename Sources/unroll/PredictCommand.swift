import ArgumentParser
import FoundationEssentials
import UnrollCore
import UnrollKernels
import UnrollStudy
import UnrollTraining

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Says what a model says of every line of standard input, as it comes.",
    discussion: """
      A tagger gives a label for every word, a classifier one for the line, a language model its mean loss in nats. Lines are cut \
      into tokens as the training data were; words that the model does not know are <unk>. An empty line gives an empty one.

        echo 'how far is it to Aspen ?' | unroll predict trec-gru.safetensors
      """)

  @OptionGroup var model: ModelArgument
  @Flag(help: "One JSON object a line: tokens, labels, their probabilities, spans, losses.") var json = false

  func run() throws {
    try reporting {
      _ = Kernels.singleThread
      let predictor = try Predictor(try model.read())
      var isBroken = false
      try Terminal.forEachLine { line, number in
        let text = String(decoding: line, as: UTF8.self)
        if !isBroken, !text.utf8.elementsEqual(line) {
          isBroken = true
          Terminal.complain("standard input:\(number): is not UTF-8; what cannot be read is � from here on")
        }
        let said = try predictor.predict(text)
        let shown = json ? try said.json() : Array(PredictCommand.text(said).utf8)
        Terminal.write(shown + [UInt8(ascii: "\n")], to: .output)
      }
    }
  }

  private static func text(_ said: TextPrediction) -> String {
    if let labels = said.labels { return Terminal.shown(labels.joined(separator: " ")) }
    return said.loss.map(Metric.nats.text) ?? ""
  }
}
