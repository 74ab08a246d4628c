import UnrollKernels
import UnrollLayers

/// A network's backend over a batch in single steps from where it begins, each step with its way back: the state goes forward from
/// piece to piece, its gradient back.
///
/// A backend that must see the whole sequence is one piece, and so is one whose state is the past itself (the keys of attention);
/// of those there are gradients of inputs alone. Nothing is dropped out.
final class Unfolding {
  private struct Piece {
    let pass: Pass
    /// Its first step.
    let start: Int
    let startsGiven: Bool
    let pullback: SequencePullback
  }

  /// A state of more numbers a sequence counts as the past itself.
  private static let largestState = 1 << 13

  let network: SequenceNetwork
  let batch: Batch
  /// [B, width]: what the head reads at the end of each sequence, in the pass's memory.
  let read: Matrix
  /// The slots whose gradients go back from step to step; none in one piece.
  let slots: [StateSlot]
  private var pieces: [Piece] = []
  private let (arena, gradients): (Arena, Buffer)

  /// - Parameter inOnePiece: whether sequences are run as wholes in any case.
  init(_ network: SequenceNetwork, _ batch: Batch, inOnePiece: Bool = false) {
    (self.network, self.batch, arena) = (network, batch, Arena())
    gradients = Buffer(count: network.parameters.count)
    let backend = network.backend
    let isStepwise =
      !inOnePiece && backend.isCausal && backend.slots.reduce(0) { $0 + $1.width } <= Unfolding.largestState
    slots = isStepwise ? backend.slots : []
    let steps = batch.steps
    let width = network.reading == .summary ? backend.summaryWidth : backend.outputWidth
    read = arena.matrix(steps.sequences, width)
    let x = network.inputs.sideBySide(batch, Unfolding.pass(steps, network, arena, gradients)).output
    guard isStepwise else {
      _ = advance(PackedSteps(lengths: steps.lengths.map(Int.init)), 0, x, from: nil)
      return
    }
    var state: [Matrix]?
    for t in 0..<steps.steps {
      let live = Int(steps.live[t])
      state = advance(
        PackedSteps(count: live, length: 1), t, x.rows(steps.range(t)), from: state?.map { $0.rows(0..<live) })
    }
  }

  private static func pass(
    _ steps: PackedSteps, _ network: SequenceNetwork, _ arena: Arena, _ gradients: Buffer
  ) -> Pass {
    Pass(steps, parameters: network.parameters, gradients: gradients, arena: arena, mode: .differentiation)
  }

  /// One more piece. Those of its sequences that go on write over what they leave to be read.
  private func advance(_ steps: PackedSteps, _ start: Int, _ x: Matrix, from state: [Matrix]?) -> [Matrix] {
    let pass = Unfolding.pass(steps, network, arena, gradients)
    let (output, pullback) = network.backend.forward(x, from: state, pass)
    let now = read.rows(0..<steps.sequences)
    if network.reading == .summary {
      Kernels.copy(output.summary, to: now)
    } else {
      Kernels.gather(output.rows, steps.lastRows, into: now)
    }
    pieces.append(Piece(pass: pass, start: start, startsGiven: state != nil, pullback: pullback))
    return output.state
  }
}

/// The way back. To be gone once.
extension Unfolding {
  /// The gradient of each sequence's own loss at its end by what the head reads, [B, width].
  func lossGradient() -> Matrix {
    let ends = batch.sequences(Array(0..<batch.steps.sequences), most: 1)
    let pass = Unfolding.pass(ends.steps, network, arena, gradients)
    return network.head.loss(read, ends, weight: 1, pass).pullback()
  }

  /// The rows of the identity, cut into slots: of n sequences, where n numbers of state carry gradients.
  func identity() -> [Matrix] {
    var column = 0
    return slots.map { slot in
      let rows = arena.zeros(batch.steps.sequences, slot.width)
      if slot.carriesGradient {
        for own in 0..<slot.width { rows[column + own, own] = 1 }
        column += slot.width
      }
      return rows
    }
  }

  /// - Parameters:
  ///   - dRead: of what the head reads [B, width], or none.
  ///   - dFinal: of the final state, a matrix a slot, where all sequences end together; or none.
  ///   - each: told of every piece, the last first: the step it begins with, and the gradients by its input rows and by the state that
  ///     it begins with (none where it begins with the sequence).
  func back(
    read dRead: Matrix?, final dFinal: [Matrix]?, _ each: (_ step: Int, _ input: Matrix, _ state: [Matrix]) -> Void
  ) {
    var (carried, ended) = (dFinal, 0)
    for piece in pieces.reversed() {
      let (pass, live) = (piece.pass, piece.pass.steps.sequences)
      var gradient = SequenceGradient(state: carried.map { $0.map { grown($0, live) } })
      if let dRead, ended < live { add(dRead, of: ended..<live, to: &gradient, pass) }
      let (dInput, dState) = piece.pullback(gradient)
      each(piece.start, dInput, piece.startsGiven ? dState : [])
      (carried, ended) = (slots.isEmpty ? nil : dState, live)
    }
  }

  /// What the sequences that end with a piece bring.
  private func add(_ dRead: Matrix, of ending: Range<Int>, to gradient: inout SequenceGradient, _ pass: Pass) {
    let own = arena.zeros(pass.steps.sequences, dRead.columns)
    Kernels.copy(dRead.rows(ending), to: own.rows(ending))
    guard network.reading != .summary else { return gradient.summary = own }
    let rows = arena.zeros(pass.steps.rows, dRead.columns)
    Kernels.scatterAdd(own, pass.steps.lastRows, to: rows)
    gradient.rows = rows
  }

  /// With zeros for sequences that end here.
  private func grown(_ matrix: Matrix, _ rows: Int) -> Matrix {
    let all = arena.zeros(rows, matrix.columns)
    Kernels.copy(matrix, to: all.rows(0..<matrix.rows))
    return all
  }
}
