import UnrollCore
import UnrollKernels

/// Two layers over the same rows, the second from each sequence's end to its beginning (Schuster & Paliwal 1997).
///
/// The rows are [forward ; backward] or their sum; the summary is both final outputs, merged the same way.
struct Bidirectional: SequenceLayer {
  let ahead: any SequenceLayer
  let back: any SequenceLayer
  let merge: StackOptions.Merge

  var inputWidth: Int { ahead.inputWidth }
  var outputWidth: Int { merge == .concat ? ahead.outputWidth + back.outputWidth : ahead.outputWidth }
  var slots: [StateSlot] {
    ahead.slots + back.slots.map { $0.named($0.name + "_reverse") }
  }
  var isCausal: Bool { false }
  var innerLayers: [any SequenceLayer] { [ahead, back] }
  var multiplyAdds: Int { ahead.multiplyAdds + back.multiplyAdds }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let arena = pass.arena
    let reversal = pass.reversal
    let own = ahead.slots.count
    let parts = state?.split(at: own)
    let (first, firstBack) = ahead.forward(x, from: parts?.first, pass)
    let mirrored = gathered(x, reversal, arena)
    let (second, secondBack) = back.forward(mirrored, from: parts?.rest, pass)
    let output = SequenceOutput(
      rows: merged(first.rows, gathered(second.rows, reversal, arena), arena),
      summary: merged(first.summary, second.summary, arena), state: first.state + second.state)
    return (
      output,
      { gradient in
        let rows = gradient.rows.map { self.halves($0, arena) }
        let summary = gradient.summary.map { self.halves($0, arena) }
        let dFinal = gradient.state?.split(at: own)
        let (dx, dState) = firstBack(SequenceGradient(rows: rows?.0, summary: summary?.0, state: dFinal?.first))
        let (dMirrored, dStateBack) = secondBack(
          SequenceGradient(
            rows: rows.map { gathered($0.1, reversal, arena) }, summary: summary?.1, state: dFinal?.rest))
        let total = gathered(dMirrored, reversal, arena)
        Kernels.add(dx, to: total)
        return (total, dState + dStateBack)
      }
    )
  }

  private func merged(_ a: Matrix, _ b: Matrix, _ arena: Arena) -> Matrix {
    let y = arena.matrix(a.rows, outputWidth)
    Kernels.copy(a, to: y.columns(0..<a.columns))
    if merge == .concat { Kernels.copy(b, to: y.columns(a.columns..<outputWidth)) } else { Kernels.add(b, to: y) }
    return y
  }

  /// The gradients of both halves, each without gaps.
  private func halves(_ dy: Matrix, _ arena: Arena) -> (Matrix, Matrix) {
    guard merge == .concat else { return (dy, dy) }
    let middle = ahead.outputWidth
    return (arena.copy(dy.columns(0..<middle)), arena.copy(dy.columns(middle..<outputWidth)))
  }
}

private func gathered(_ x: Matrix, _ index: [Int32], _ arena: Arena) -> Matrix {
  let y = arena.matrix(x.rows, x.columns)
  Kernels.gather(x, index, into: y)
  return y
}
