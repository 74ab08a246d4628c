import CLibrary
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// A text that a decoder wrote.
public struct WrittenText: Equatable, Sendable {
  /// Ids of the targets' vocabulary, without the end.
  public let tokens: [Int32]
  /// Of the tokens and the end.
  public let logProbability: Double
  /// What texts for one source are compared by: the log-probability over length^α, the end counted.
  public let score: Double
  /// For every token, and the end, how much it looks at each row of the source; empty without attention, and where nobody asks.
  public let attention: [[Float]]
}

extension EncoderDecoder {
  /// Texts for sources side by side, token by token: those that are finished leave.
  ///
  /// Of each source the `beam` most probable beginnings are followed. A text that ends among them is finished, and what is as probable as the next takes its
  /// place, so that always `beam` go on; when as many are finished, the one with the best score is it. At the bound on length nothing but the end may follow,
  /// so that every text ends. `<unk>` is never written. Of what is equally probable the earlier beginning and the smaller id come first.
  ///
  /// - Parameters:
  ///   - source: what a `BatchSource` holds.
  ///   - search: how many beginnings, how long.
  ///   - keepsAttention: whether somebody asks what was looked at.
  /// - Returns: one a source, in the order of the batch.
  public func write(_ source: Batch, _ search: SearchOptions, keepsAttention: Bool = false) -> [WrittenText] {
    let pass = Pass(
      source.steps, parameters: parameters, gradients: Buffer(count: 0), arena: Arena(), mode: .evaluation)
    let memory = decoder.memory(of: encode(source, pass).source)
    var beams = source.steps.lengths.map { Beam(search, limit: search.limit(source: Int($0)), end: end) }
    var stream = TargetStream(self, memory, Array(0..<Int32(beams.count)))
    var tokens = [Int32](repeating: end, count: beams.count)
    while true {
      let probabilities = stream.step(tokens)
      var (rows, row) = ([Int32](), 0)
      tokens = []
      for index in beams.indices where !beams[index].isDone {
        beams[index].extend(probabilities, from: row, keepsAttention ? stream.weights : { _ in [] })
        row += beams[index].width
        beams[index].width = beams[index].live.count
        rows += beams[index].live.map(\.row)
        tokens += beams[index].live.map { $0.tokens.last! }
      }
      if rows.isEmpty { return beams.map(\.best) }
      stream = stream.going(on: rows)
    }
  }
}

extension EncoderDecoder {
  /// The tokens of texts for the sources of a batch, in the order of its sequences.
  func texts(_ batch: Batch, _ search: SearchOptions) -> [[Int32]] {
    guard let source = batch.source else { preconditionFailure("a decoder wants sources") }
    let written = write(source.batch, search)
    return source.places.map { written[Int($0)].tokens }
  }
}

/// The search for one text.
private struct Beam {
  struct Beginning {
    var tokens: [Int32] = []
    var logProbability = 0.0
    var attention: [[Float]] = []
    /// Of the stream's last step, from which it goes on.
    var row: Int32 = 0
  }

  /// One way to go on.
  private struct Step {
    let beginning: Int
    let token: Int32
    let logProbability: Double

    /// The order in which ways are taken.
    static func < (a: Step, b: Step) -> Bool {
      if a.logProbability != b.logProbability { return a.logProbability > b.logProbability }
      return (a.beginning, a.token) < (b.beginning, b.token)
    }
  }

  private let search: SearchOptions
  private let limit: Int
  private let end: Int32
  private(set) var live = [Beginning()]
  private var ended: [Beginning] = []
  /// Rows of the stream that are its own.
  var width = 1

  init(_ search: SearchOptions, limit: Int, end: Int32) { (self.search, self.limit, self.end) = (search, limit, end) }

  var isDone: Bool { live.isEmpty }

  /// - Parameters:
  ///   - probabilities: of what comes next; its own begin at row `first`.
  ///   - weights: what the step of a row looked at.
  mutating func extend(_ probabilities: Matrix, from first: Int, _ weights: (Int) -> [Float]) {
    let isLast = live[0].tokens.count == limit
    var steps: [Step] = []
    for (index, beginning) in live.enumerated() {
      let row = probabilities.rows(first + index..<first + index + 1)
      let choices = isLast ? [end] : row.likeliest(search.beam + 1, excluding: Int(Vocabulary.unknownID))
      steps += choices.map {
        Step(beginning: index, token: $0, logProbability: beginning.logProbability + log(Double(row[0, Int($0)])))
      }
    }
    let before = live
    live = []
    for (rank, step) in steps.sorted(by: <).enumerated() where live.count < search.beam {
      var next = before[step.beginning]
      (next.logProbability, next.row) = (step.logProbability, Int32(first + step.beginning))
      next.attention.append(weights(first + step.beginning))
      if step.token == end {
        if isLast || rank < search.beam { ended.append(next) }
      } else {
        next.tokens.append(step.token)
        live.append(next)
      }
    }
    if ended.count >= search.beam { live = [] }
  }

  /// Of all that have ended; of equal ones the first.
  var best: WrittenText {
    let all = ended.map { text in
      WrittenText(
        tokens: text.tokens, logProbability: text.logProbability,
        score: search.score(text.logProbability, tokens: text.tokens.count + 1),
        attention: text.attention.contains { !$0.isEmpty } ? text.attention : [])
    }
    return all.dropFirst().reduce(all[0]) { $1.score > $0.score ? $1 : $0 }
  }
}

extension Matrix {
  /// The columns of the largest numbers of one row, falling; of equal ones the first.
  fileprivate func likeliest(_ count: Int, excluding excluded: Int) -> [Int32] {
    var found: [(value: Float, column: Int32)] = []
    for column in 0..<columns where column != excluded {
      let value = self[0, column]
      if found.count == count, !(value > found[count - 1].value) { continue }
      let place = found.firstIndex { value > $0.value } ?? found.count
      found.insert((value, Int32(column)), at: place)
      if found.count > count { found.removeLast() }
    }
    return found.map(\.column)
  }
}
