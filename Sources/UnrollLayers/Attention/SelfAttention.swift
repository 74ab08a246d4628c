import UnrollCore
import UnrollKernels

/// Scaled dot-product self-attention with several heads (Vaswani et al. 2017).
///
///     q, k, v = W x + b;  y_t = W_o [Σ_j softmax_j(q_t·k_j / √D) v_j, every head] + b_o,  D = H / heads
///
/// Causal: j runs over t and the W − 1 steps before; full: over the sequence. Rotary positions turn the pairs (2i, 2i + 1) of
/// q and k by p·10000^(−2i/D) (Su et al. 2021); an odd last channel stays. Only differences of p matter, so keys are kept
/// unturned and p counts from the oldest kept key, which bounds every angle however long a stream is.
///
/// A block of queries at a time. Probabilities are not kept but computed again on the way back (as by Dao et al. 2022), so
/// memory grows with R·H, not with the square of the length.
///
/// State when causal: W − 1 keys and values and how many there are, 2(W − 1)H + 1 floats. Cost: 4H² + 2W H multiply-adds.
/// Names and layouts are those of `torch.nn.MultiheadAttention`.
struct SelfAttention {
  /// Queries of one product.
  private static let block = 64

  let heads: Int
  /// W, or nil for full attention.
  let window: Int?
  let rotary: Bool
  let dropout: Double
  let name: String
  let input: Linear
  let output: Linear

  var width: Int { output.outputWidth }
  var slots: [StateSlot] {
    guard let window else { return [] }
    let kept = (window - 1) * width
    return [
      StateSlot("keys", kept, learnable: false), StateSlot("values", kept, learnable: false),
      StateSlot("kept", 1, .count(window - 1)),
    ]
  }

  /// From the gradients of the rows and of the final state (or nil).
  typealias Back = (_ dy: Matrix, _ dFinal: [Matrix]?) -> (input: Matrix, state: [Matrix])

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (rows: Matrix, state: [Matrix], pullback: Back) {
    let (arena, steps, state) = (pass.arena, pass.steps, window == nil ? nil : state)
    let past = (0..<steps.sequences).map { b in state.map { Int($0[2][b, 0]) } ?? 0 }
    let blocks = SequenceBlocks(steps, past: past)
    let (projected, inputBack) = input.forward(x, pass)
    let all = arena.matrix(blocks.rows, 3 * width)
    Kernels.scatter(projected, blocks.index, into: all)
    if let state { exchange(state, all, blocks, pass) { kept, rows in Kernels.copy(kept, to: rows) } }
    let angles = rotary ? table(blocks, pass) : nil
    if let angles { rotate(all, by: angles, blocks, pass, back: false) }
    let mixed = arena.matrix(blocks.rows, width)
    let spans = spans(blocks, pass)
    let scratch = Scratch(spans, dropout > 0 && pass.mode == .training ? 4 : 2, pass)
    mix(all, spans, scratch, into: mixed, pass)
    let gathered = arena.matrix(x.rows, width)
    Kernels.gather(mixed, blocks.index, into: gathered)
    let (rows, outputBack) = output.forward(gathered, pass)
    return (
      rows, pass.keepsState ? final(projected, state, past, pass) : [],
      { dy, dFinal in
        let dMixed = arena.matrix(blocks.rows, width)
        Kernels.scatter(outputBack(dy), blocks.index, into: dMixed)
        let dAll = arena.zeros(blocks.rows, 3 * width)
        mixBack(all, spans, scratch, dMixed, addTo: dAll, pass)
        if let angles { rotate(dAll, by: angles, blocks, pass, back: true) }
        let dProjected = arena.matrix(x.rows, 3 * width)
        Kernels.gather(dAll, blocks.index, into: dProjected)
        let dState = state.map { $0.map { arena.zeros($0.rows, $0.columns) } }
        if let dState { exchange(dState, dAll, blocks, pass) { kept, rows in Kernels.copy(rows, to: kept) } }
        if let dFinal { finalBack(dFinal, addTo: dProjected, dState, pass) }
        return (inputBack(dProjected), dState ?? [])
      }
    )
  }
}

/// Where the products run.
extension SelfAttention {
  /// Some queries of one sequence and the keys that any of them sees.
  struct Span {
    let queries: Range<Int>
    let keys: Range<Int>
    /// The key, counted from the first of `keys`, that the first query sees last.
    let first: Int
    let window: Int
  }

  private func spans(_ blocks: SequenceBlocks, _ pass: Pass) -> [Span] {
    blocks.start.indices.flatMap { b -> [Span] in
      let (start, length) = (blocks.start[b], Int(pass.steps.lengths[b]))
      let own = start + blocks.past[b]
      return stride(from: own, to: own + length, by: Self.block).map { low in
        let queries = low..<min(low + Self.block, own + length)
        guard let window else {
          return Span(queries: queries, keys: own..<own + length, first: length, window: length + Self.block)
        }
        let keys = max(start, low - window + 1)..<queries.upperBound
        return Span(queries: queries, keys: keys, first: low - keys.lowerBound, window: window)
      }
    }
  }

  /// Memory for the scores of one span.
  struct Scratch {
    private let buffers: [Matrix]

    init(_ spans: [Span], _ count: Int, _ pass: Pass) {
      let largest = spans.map { $0.queries.count * $0.keys.count }.max() ?? 0
      buffers = (0..<count).map { _ in pass.arena.matrix(1, largest) }
    }

    func callAsFunction(_ buffer: Int, _ span: Span) -> Matrix {
      let (rows, columns) = (span.queries.count, span.keys.count)
      return buffers[buffer].columns(0..<rows * columns).reshaped(rows: rows, columns: columns)
    }
  }

  private var headWidth: Int { width / heads }
  private var scale: Float { 1 / Float(headWidth).squareRoot() }

  /// What stands side by side in a projected row.
  private enum Role: Int {
    case query, key, value

    /// In the order of the slots.
    static let kept = [key, value]
  }

  private func columns(_ role: Role) -> Range<Int> { role.rawValue * width..<(role.rawValue + 1) * width }

  /// Columns of a head in one of them.
  private func columns(_ role: Role, _ head: Int) -> Range<Int> {
    let start = role.rawValue * width + head * headWidth
    return start..<start + headWidth
  }

  /// Calls `body` for every span and head, with the key of its dropout mask where there is dropout.
  private func each(_ spans: [Span], _ pass: Pass, _ body: (Span, Int, UInt64?) -> Void) {
    var source = pass.random.split(name)
    let drops = dropout > 0 && pass.mode == .training
    for span in spans { for head in 0..<heads { body(span, head, drops ? source.next() : nil) } }
  }

  private func probabilities(_ all: Matrix, _ span: Span, _ head: Int, into p: Matrix) {
    let (q, k) = (
      all.rows(span.queries).columns(columns(.query, head)), all.rows(span.keys).columns(columns(.key, head))
    )
    Kernels.multiply(q, k, .right, into: p)
    Kernels.attentionSoftmax(p, first: span.first, window: span.window, scale: scale)
  }

  private func mix(_ all: Matrix, _ spans: [Span], _ scratch: Scratch, into mixed: Matrix, _ pass: Pass) {
    each(spans, pass) { span, head, key in
      var p = scratch(0, span)
      probabilities(all, span, head, into: p)
      if pass.steps.sequences == 1 {
        pass.inspection?.show(.attention, "\(name.replacing(".dropout", with: "")) head \(head + 1)", p)
      }
      if let key { p = dropped(p, scratch, span, key) }
      let v = all.rows(span.keys).columns(columns(.value, head))
      Kernels.multiply(p, v, into: mixed.rows(span.queries).columns(columns(.query, head)))
    }
  }

  private func dropped(_ p: Matrix, _ scratch: Scratch, _ span: Span, _ key: UInt64) -> Matrix {
    let (mask, result) = (scratch(2, span), scratch(3, span))
    Kernels.dropoutMask(mask, probability: dropout, key: key)
    Kernels.multiplyElements(p, mask, into: result)
    return result
  }

  private func mixBack(
    _ all: Matrix, _ spans: [Span], _ scratch: Scratch, _ dMixed: Matrix, addTo dAll: Matrix, _ pass: Pass
  ) {
    each(spans, pass) { span, head, key in
      let (p, dp) = (scratch(0, span), scratch(1, span))
      probabilities(all, span, head, into: p)
      let used = key.map { dropped(p, scratch, span, $0) } ?? p
      let dOut = dMixed.rows(span.queries).columns(columns(.query, head))
      let (keys, dKeys) = (all.rows(span.keys), dAll.rows(span.keys))
      Kernels.multiply(used, dOut, .left, adding: true, into: dKeys.columns(columns(.value, head)))
      Kernels.multiply(dOut, keys.columns(columns(.value, head)), .right, into: dp)
      if key != nil {
        // The mixed probabilities are done with; their memory takes the masked gradient.
        Kernels.multiplyElements(dp, scratch(2, span), into: used)
        Kernels.copy(used, to: dp)
      }
      Kernels.attentionSoftmaxBack(p, scale: scale, gradient: dp)
      let (q, dq) = (all.rows(span.queries), dAll.rows(span.queries))
      Kernels.multiply(dp, keys.columns(columns(.key, head)), adding: true, into: dq.columns(columns(.query, head)))
      Kernels.multiply(
        dp, q.columns(columns(.query, head)), .left, adding: true, into: dKeys.columns(columns(.key, head)))
    }
  }
}

/// What is kept from before, and positions.
extension SelfAttention {
  /// Calls `body` with the kept rows of every sequence's keys and values, in the state and in the blocks.
  private func exchange(
    _ state: [Matrix], _ all: Matrix, _ blocks: SequenceBlocks, _ pass: Pass, _ body: (Matrix, Matrix) -> Void
  ) {
    for (b, past) in blocks.past.enumerated() where past > 0 {
      let block = all.rows(blocks.start[b]..<blocks.start[b] + past)
      for (slot, role) in zip(state, Role.kept) {
        let slot = slot.rows(b..<b + 1)
        let kept = slot.columns(slot.columns - past * width..<slot.columns).reshaped(rows: past, columns: width)
        body(kept, block.columns(columns(role)))
      }
    }
  }

  private func final(_ projected: Matrix, _ state: [Matrix]?, _ past: [Int], _ pass: Pass) -> [Matrix] {
    guard let window else { return [] }
    let kept = Role.kept.enumerated().map { slot, role in
      let last = pass.arena.matrix(pass.steps.sequences, (window - 1) * width)
      let rows = projected.columns(columns(role))
      Kernels.lastSteps(pass.steps, rows, before: state?[slot], into: last)
      return last
    }
    let count = TokenCount.before(state?[2], pass)
    return kept + [TokenCount.after(count, limit: window - 1, pass)]
  }

  private func finalBack(_ dFinal: [Matrix], addTo dProjected: Matrix, _ dState: [Matrix]?, _ pass: Pass) {
    for (part, kept) in zip(1...2, dFinal) {
      let rows = dProjected.columns(part * width..<(part + 1) * width)
      Kernels.lastStepsBack(pass.steps, kept, addInput: rows, addBefore: dState?[part - 1])
    }
  }

  /// Sines and cosines for the longest block.
  private func table(_ blocks: SequenceBlocks, _ pass: Pass) -> Matrix {
    let longest = zip(blocks.past, pass.steps.lengths).map { $0 + Int($1) }.max() ?? 0
    let table = pass.arena.matrix(longest, headWidth)
    Kernels.sinusoids(from: 0, into: table)
    return table
  }

  private func rotate(_ all: Matrix, by table: Matrix, _ blocks: SequenceBlocks, _ pass: Pass, back: Bool) {
    for b in blocks.start.indices {
      let (past, length) = (blocks.past[b], Int(pass.steps.lengths[b]))
      let block = all.rows(blocks.start[b]..<blocks.start[b] + past + length)
      // Kept rows have keys but no queries.
      let queries = block.rows(past..<past + length).columns(0..<width)
      Kernels.rotate(queries, heads: heads, by: table.rows(past..<past + length), back: back)
      Kernels.rotate(block.columns(width..<2 * width), heads: heads, by: table.rows(0..<past + length), back: back)
    }
  }
}
