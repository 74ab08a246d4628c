import UnrollCore
import UnrollKernels
import UnrollLayers

/// A decoder token by token: N targets side by side, each with its source, of which nothing is computed twice.
final class TargetStream {
  private let network: EncoderDecoder
  private let memory: AttendingDecoder.Memory
  private let x: Matrix
  private let stream: SequenceStream

  /// - Parameters:
  ///   - memory: what the encoder made of all sources.
  ///   - sources: for every row its source.
  init(_ network: EncoderDecoder, _ memory: AttendingDecoder.Memory, _ sources: [Int32]) {
    (self.network, self.memory) = (network, memory)
    memory.sources = sources
    let pass = Pass.streaming(sources.count, network.parameters)
    x = pass.arena.zeros(sources.count, network.target.width)
    stream = network.decoder.stream(x, memory, pass).then { network.head.stream($0, pass) }.prepared()
    for (view, first) in zip(stream.state, memory.state ?? []) {
      let own = pass.arena.matrix(view.rows, view.columns)
      Kernels.gather(first, sources, into: own)
      Kernels.copy(own, to: view)
    }
  }

  /// - Parameter tokens: one a row, or for the first of them.
  /// - Returns: [N, V], the probabilities of what comes next, which the next step overwrites.
  func step(_ tokens: [Int32]) -> Matrix {
    let padding = [Int32](repeating: tokens[0], count: x.rows - tokens.count)
    Kernels.gather(network.parameters.value(network.target.table), tokens + padding, into: x)
    stream.step()
    Kernels.softmax(stream.output)
    return stream.output
  }

  /// What the last step of a row looked at, a weight a row of its source; empty without attention.
  func weights(of row: Int) -> [Float] { memory.weights(of: row) }

  /// What goes on from some rows, each as often as it stands there: this stream, or one of another size where they are more than its own,
  /// or at most half.
  func going(on rows: [Int32]) -> TargetStream {
    let sources = rows.map { memory.sources[Int($0)] }
    guard rows.count > x.rows || 2 * rows.count <= x.rows else {
      let padding = x.rows - rows.count
      stream.take(rows + [Int32](repeating: rows[0], count: padding), of: stream)
      memory.sources = sources + [Int32](repeating: sources[0], count: padding)
      return self
    }
    let next = TargetStream(network, memory, sources)
    next.stream.take(rows, of: stream)
    return next
  }
}
