import CLibrary
import UnrollCore

/// How what a decoder writes is searched for.
public struct SearchOptions: Options {
  public static let table: [OptionKey<SearchOptions>] = [
    OptionKey(
      "beam", \.beam, in: 1...256,
      "hypotheses of a text that are followed side by side; 1 takes the most probable token at every step"),
    OptionKey(
      "length_penalty", \.lengthPenalty, in: 0...10,
      "α: hypotheses are compared by their log-probability over their length to the power α"
    ).needs("beam: 2 or more") { $0.beam > 1 },
    OptionKey(
      "max_output", \.maxOutput, in: 0...1_000_000,
      "most tokens of a text that is written; 0 for twice as many as its source has, and ten"),
  ]

  /// Hypotheses that are followed side by side, of test texts and of texts that somebody asks for; elsewhere one.
  public var beam = 1
  /// α: hypotheses are compared by Σ log p / n^α over their n tokens, the end included.
  public var lengthPenalty = 1.0
  /// Most tokens that are written, without the end; 0 for twice the source's and ten.
  public var maxOutput = 0

  public init() {}

  /// The same without a search: the most probable token at every step.
  var greedy: SearchOptions {
    var options = self
    options.beam = 1
    return options
  }

  /// Most tokens for a source.
  func limit(source: Int) -> Int { maxOutput > 0 ? maxOutput : 2 * source + 10 }

  /// What hypotheses of n tokens are compared by.
  func score(_ logProbability: Double, tokens: Int) -> Double {
    lengthPenalty == 0 ? logProbability : logProbability / pow(Double(tokens), lengthPenalty)
  }
}
