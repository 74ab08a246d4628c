import CLibrary

/// BLEU (Papineni et al. 2002) of one item or of many together, as sacreBLEU has it: n-grams of up to four tokens, exponential
/// smoothing, no effective order, cases told apart.
///
/// Models say tokens: what is scored is their text with a blank between them, cut by `Tokenisation.v13a`. So the metric `bleu` is
/// what `sacrebleu` says without any option of files of such texts.
public struct BLEU: Equatable, Sendable {
  /// How texts become the tokens that are compared.
  public enum Tokenisation: String, CaseIterable, Sendable {
    /// As `mteval-v13a` does for Western languages: punctuation apart from words.
    case v13a = "13a"
    /// At blanks: for text that is tokenised already.
    case none
  }

  /// The longest n-grams.
  public static let order = 4

  /// Tokens of outputs.
  public private(set) var outputLength = 0
  /// Tokens of references: of each item the length next to the output's, the shorter of two.
  public private(set) var referenceLength = 0
  /// n-grams of outputs that a reference has, each at most as often as the reference that has it most often; by n − 1.
  public private(set) var matches = [Int](repeating: 0, count: BLEU.order)
  /// n-grams of outputs, by n − 1.
  public private(set) var totals = [Int](repeating: 0, count: BLEU.order)

  /// Of no item.
  public init() {}

  /// Of one item.
  ///
  /// - Parameters:
  ///   - output: maybe empty.
  ///   - references: one at least.
  ///   - tokenisation: how both become tokens.
  public init(_ output: String, _ references: [String], _ tokenisation: Tokenisation = .v13a) {
    precondition(!references.isEmpty, "an output is held against a reference")
    self.init(tokens: tokenisation.tokens(output), references.map(tokenisation.tokens))
  }

  private init<Token: Hashable>(tokens output: [Token], _ references: [[Token]]) {
    outputLength = output.count
    referenceLength = references.map(\.count).min { (abs($0 - output.count), $0) < (abs($1 - output.count), $1) }!
    for n in 1...BLEU.order {
      let most = references.reduce(into: [:]) { $0.merge($1.nGrams(n), uniquingKeysWith: max) }
      for (run, count) in output.nGrams(n) {
        totals[n - 1] += count
        matches[n - 1] += min(count, most[run] ?? 0)
      }
    }
  }

  /// The geometric mean of the n-grams' precisions times the brevity penalty, from 0 to 1; sacreBLEU shows it times 100. An order
  /// without a match counts as a half, a quarter, … of one; without a match at all, or without an n-gram of some order, it is 0.
  public var score: Double {
    guard matches.contains(where: { $0 > 0 }), !totals.contains(0) else { return 0 }
    var (logarithms, smoothing) = (0.0, 1.0)
    for (match, total) in zip(matches, totals) {
      if match == 0 { smoothing /= 2 }
      logarithms += log((match == 0 ? smoothing : Double(match)) / Double(total))
    }
    return exp(min(0, 1 - Double(referenceLength) / Double(outputLength)) + logarithms / Double(BLEU.order))
  }

  /// Adds other items.
  public static func += (left: inout BLEU, right: BLEU) {
    left.outputLength += right.outputLength
    left.referenceLength += right.referenceLength
    for n in 0..<order {
      left.matches[n] += right.matches[n]
      left.totals[n] += right.totals[n]
    }
  }
}
