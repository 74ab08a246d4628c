import ArgumentParser
import UnrollCore
import UnrollKernels
import UnrollTraining

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Goes on with a text by a language model.",
    discussion: """
      The prompt is printed, then what follows, token by token. The same seed gives the same text; <unk> is never chosen.
      """)

  @OptionGroup var model: ModelArgument
  @Option(help: "What the text begins with. Default: nothing, as a line begins.") var prompt = ""
  @Option(parsing: .unconditional, help: "Tokens that follow.") var length = 200
  @Option(parsing: .unconditional, help: "Logits are divided by it: below 1 surer, above 1 bolder. Default: 1.")
  var temperature: Double?
  @Option(parsing: .unconditional, help: "Choose among so many of the most probable tokens.") var topK: Int?
  @Option(
    parsing: .unconditional, help: "Choose among the most probable tokens that have this probability together, up to 1."
  ) var topP: Double?
  @Flag(help: "Always the most probable token.") var greedy = false
  @Option(parsing: .unconditional, help: "Any whole number from 0.") var seed = 1
  @Option(parsing: .unconditional, help: "How many texts, with an empty line between them.") var samples = 1

  func validate() throws {
    if length < 1 { throw ValidationError("--length must be at least 1.") }
    if samples < 1 { throw ValidationError("--samples must be at least 1.") }
    if seed < 0 { throw ValidationError("--seed must be 0 or more.") }
    if let temperature, !(temperature > 0 && temperature.isFinite) {
      throw ValidationError("--temperature must be above 0; --greedy takes the most probable token.")
    }
    if let topK, topK < 1 { throw ValidationError("--top-k must be at least 1.") }
    if let topP, !(topP > 0 && topP <= 1) { throw ValidationError("--top-p must be above 0 and at most 1.") }
    if greedy, temperature != nil || topK != nil || topP != nil || samples > 1 {
      throw ValidationError(
        "--greedy chooses nothing by chance: leave --temperature, --top-k, --top-p and --samples out.")
    }
  }

  func run() throws {
    try reporting {
      _ = Kernels.singleThread
      let generator = try TextGenerator(try model.read())
      let unknown = generator.unknown(in: prompt)
      if !unknown.isEmpty {
        Terminal.note("not in the model's vocabulary, so read as <unk>: \(unknown.joined(separator: " "))")
      }
      var sampling = Sampling()
      sampling.temperature = greedy ? 0 : temperature ?? 1
      (sampling.topK, sampling.topP) = (topK ?? 0, topP ?? 1)
      let random = RandomSource(seed: UInt64(seed))
      for sample in 0..<samples {
        if sample > 0 { Terminal.write("\n", to: .output) }
        Terminal.write(prompt, to: .output)
        try generator.generate(after: prompt, length: length, sampling, random.split(sample)) {
          Terminal.write($0.printable, to: .output)
        }
        Terminal.write("\n", to: .output)
      }
    }
  }
}
