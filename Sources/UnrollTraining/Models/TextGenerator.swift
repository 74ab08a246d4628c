import CLibrary
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// How the next token is chosen.
public struct Sampling: Sendable {
  /// Logits are divided by it; 0 takes the most probable token.
  public var temperature = 1.0
  /// Only so many of the most probable tokens; 0 for all.
  public var topK = 0
  /// Only the most probable tokens that together have this probability (nucleus; Holtzman et al. 2020).
  public var topP = 1.0

  /// As the model says, without any limit.
  public init() {}

  /// - Parameters:
  ///   - logits: of all tokens.
  ///   - excluded: never chosen.
  func choose(_ logits: [Float], excluding excluded: Int, _ random: inout RandomSource) -> Int {
    var ids = logits.indices.filter { $0 != excluded }
    guard temperature > 0 else { return ids.max { (logits[$0], $1) < (logits[$1], $0) }! }
    if topK > 0 || topP < 1 { ids.sort { (logits[$0], $1) > (logits[$1], $0) } }
    if topK > 0 { ids = Array(ids.prefix(topK)) }
    let top = ids.map { logits[$0] }.max()!
    var weights = ids.map { exp(Double(logits[$0] - top) / temperature) }
    if topP < 1 {
      let goal = topP * weights.reduce(0, +)
      var sum = 0.0
      let last = weights.firstIndex { weight in
        sum += weight
        return sum >= goal
      }
      weights = Array(weights[...(last ?? weights.count - 1)])
    }
    var rest = random.uniform() * weights.reduce(0, +)
    for (place, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return ids[place] }
    }
    return ids[weights.count - 1]
  }
}

/// Goes on with texts, token by token from the carried state. One thread at a time.
public final class TextGenerator {
  private let stream: NetworkStream
  private let vocabulary: Vocabulary
  private let tokeniser: Tokeniser

  /// - Throws: `InputError` for a model that is no language model.
  public init(_ model: ModelFile) throws {
    guard try model.taskType().kind == .text, let vocabulary = model.data.vocabulary, let tokeniser = model.tokeniser
    else {
      throw InputError(
        "is a model for \(model.task), and only a language model goes on with a text; `unroll predict` says what it says",
        file: model.file)
    }
    guard vocabulary.count > 1 else { throw InputError("the model knows no token", file: model.file) }
    (self.vocabulary, self.tokeniser, stream) = (vocabulary, tokeniser, try model.network().stream(sequences: 1))
  }

  /// Tokens of the prompt that the model does not know.
  public func unknown(in prompt: String) -> [String] {
    tokeniser.stream(of: prompt).filter { vocabulary.id($0) == Vocabulary.unknownID }.unique
  }

  /// Goes on with a prompt; `<unk>` is never chosen.
  ///
  /// - Parameters:
  ///   - prompt: may be empty where lines have an end: the text then begins as a line does.
  ///   - length: tokens that follow.
  ///   - random: equal ones give equal texts.
  ///   - sampling: how tokens are chosen.
  ///   - each: gets the text of every token as it comes, with the blank before it where there is one.
  /// - Throws: `InputError` for a prompt without tokens.
  public func generate(
    after prompt: String, length: Int, _ sampling: Sampling = Sampling(), _ random: RandomSource,
    _ each: (String) throws -> Void
  ) throws {
    let end = tokeniser.lineEnd
    var read = tokeniser.stream(of: prompt).map(vocabulary.id)
    if read.isEmpty, let end { read = [vocabulary.id(end)] }
    guard let first = read.first else { throw InputError("the prompt has no tokens; give it a word to begin with") }
    stream.reset()
    var logits = stream.step([first])
    for token in read.dropFirst() { logits = stream.step([token]) }
    var (random, isAtStart) = (random, prompt.isEmpty || prompt.last!.isWhitespace)
    for _ in 0..<length {
      let values = logits.array
      guard values.allSatisfy(\.isFinite) else { throw InputError("the model's output is not finite") }
      let next = sampling.choose(values, excluding: Int(Vocabulary.unknownID), &random)
      let token = vocabulary.tokens[next]
      let isEnd = token == end
      let glued = tokeniser.unit == .character || isAtStart || isEnd
      try each((glued ? "" : " ") + (isEnd ? "\n" : token))
      isAtStart = isEnd
      logits = stream.step([Int32(next)])
    }
  }
}

extension Tokeniser {
  /// The tokens of running text: its line ends are tokens, too.
  fileprivate func stream(of text: String) -> [String] {
    guard unit == .word else { return tokens(text) }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return Array(lines.map { tokens(String($0)) }.joined(separator: lineEnd.map { [$0] } ?? []))
  }
}
