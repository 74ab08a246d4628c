import UnrollCore
import UnrollKernels
import UnrollLayers

/// A network token by token: B sequences side by side, each step one token of each, no memory asked for.
///
/// It must not be stepped after the parameters changed; make another. One thread at a time.
///
/// What it returns are views of its memory: keep the stream for as long as you read them.
///
///     let stream = try network.stream()
///     for token in tokens { print(stream.step([token]).array) }
public final class NetworkStream {
  /// [B, K]: what the last step gave; of a classifier its answer for the tokens so far.
  public var logits: Matrix { stream.output }
  /// The backend's state, slot by slot, [B, width] each: views to read and to write between steps.
  public var state: [Matrix] { stream.state }

  private let stream: SequenceStream
  /// What writes each input's columns.
  private let readers: [(_ step: StreamStep) -> Void]
  private let readsNumbers: Bool

  fileprivate init(_ network: SequenceNetwork, _ sequences: Int) {
    let pass = Pass.streaming(sequences, network.parameters)
    let (backend, head) = (network.backend, network.head)
    let x = pass.arena.zeros(sequences, backend.inputWidth)
    let read = network.reading == .summary ? backend.summaryStream(x, pass) : backend.stream(x, pass)
    readers = zip(network.inputs, network.inputs.columns).map { input, columns in
      let (read, own) = (input.reader(network.parameters), x.columns(columns))
      return { read($0, own) }
    }
    readsNumbers = network.inputs.contains(where: \.readsNumbers)
    stream = read.then { head.stream($0, pass) }.prepared()
  }

  /// One token of every sequence.
  ///
  /// A token that the vocabulary lacks is `<unk>` to inputs that read spellings, too: only whole sequences say how it is written.
  ///
  /// - Parameter tokens: one a sequence, each below the size of the vocabulary.
  /// - Returns: logits [B, K], which the next step overwrites.
  @discardableResult public func step(_ tokens: [Int32]) -> Matrix {
    precondition(tokens.count == stream.input.rows && !readsNumbers, "a token a sequence")
    return step(StreamStep(tokens: tokens, numbers: []))
  }

  /// One row of a series.
  ///
  /// - Parameter numbers: scaled as those of training, [B, E] row by row.
  /// - Returns: logits, or the numbers that are asked for, scaled, [B, K], which the next step overwrites.
  @discardableResult public func step(numbers: [Float]) -> Matrix {
    precondition(readsNumbers, "this network reads tokens")
    return step(StreamStep(tokens: [], numbers: numbers))
  }

  private func step(_ step: StreamStep) -> Matrix {
    for read in readers { read(step) }
    stream.step()
    return stream.output
  }

  /// Back to before the first token.
  public func reset() { stream.reset() }
}

extension SequenceNetwork {
  /// A tagger or language model gives the logits of every token, a classifier after every token those of the sequence that ends there.
  ///
  /// - Throws: `InputError` for a model that needs tokens which have not come yet (both directions, attention to all).
  public func stream(sequences: Int = 1) throws -> NetworkStream {
    guard sequences > 0 else { throw InputError("a stream of \(sequences) sequences; it needs at least one") }
    guard backend.isCausal else {
      throw InputError(
        "the model needs a whole sequence before its first output and cannot be streamed; build it with direction: forward "
          + "and, where a step of the backend may see later ones (attention, averaging), for a causal reading")
    }
    return NetworkStream(self, sequences)
  }
}
