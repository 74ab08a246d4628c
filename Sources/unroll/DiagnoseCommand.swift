import ArgumentParser
import UnrollCore
import UnrollKernels
import UnrollStudy
import UnrollTraining

struct DiagnoseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Says what gradients do in a model: how far they reach, where they grow or vanish.",
    discussion: """
      Sequences of its data's test split (or of other files of the same format) are read step by step, and the loss of each one's last \
      step goes back to every step before it. Distance d counts the steps from there to the step of the loss.

      Of a text the loss is that for its last token where the model is a language model, otherwise that for the model's own answer.

        unroll diagnose trec-gru.safetensors --text 'how far is it to Aspen ?'
      """)

  @OptionGroup var model: ModelArgument
  @Argument(help: "Files of the same format; none for the test split of its own data.", transform: Terminal.path)
  var files: [String] = []
  @Option(help: "A text in the place of data.") var text: String?
  @Option(help: "Sequences, evenly spread over the split.") var sequences = 32
  @Option(help: "The last steps of each, at most.") var steps = 256
  @Option(help: "The same network before training, with the first values of a seed.") var fresh: Int?
  @Flag(help: "As one JSON object.") var json = false
  @Option(
    help: ArgumentHelp(
      "Draws figures into it: gradients.svg and, where there is something to draw, jacobians, kernels, attention.",
      valueName: "folder"),
    transform: Terminal.path)
  var figures: String?
  @OptionGroup var data: DataOption

  func validate() throws {
    if sequences < 1 { throw ValidationError("--sequences must be at least 1.") }
    if steps < 1 { throw ValidationError("--steps must be at least 1.") }
    if let fresh, fresh < 0 { throw ValidationError("--fresh must be 0 or more.") }
    if text != nil, !files.isEmpty { throw ValidationError("--text takes the place of files; give one of both.") }
  }

  func run() throws {
    try reporting {
      _ = Kernels.singleThread
      let model = try self.model.read()
      let seed = fresh.map { UInt64($0) }
      if let text {
        let diagnosis = try model.diagnosis(of: text, freshSeed: seed)
        return try show(diagnosis, diagnosis.lines, diagnosis.draw)
      }
      var sample = ModelFile.DiagnosisSample()
      (sample.sequences, sample.steps, sample.freshSeed) = (sequences, steps, seed)
      let diagnosis = try model.diagnosis(data.location, files: files, sample, note: Terminal.note)
      try show(diagnosis, diagnosis.lines, diagnosis.draw)
    }
  }

  private func show(_ said: some Encodable, _ lines: [String], _ draw: (String) throws -> [String]) throws {
    try figures.map(draw)?.forEach(Terminal.note)
    if json { return Terminal.write(try said.json(pretty: true) + [UInt8(ascii: "\n")], to: .output) }
    for line in lines { Terminal.say(line) }
  }
}
