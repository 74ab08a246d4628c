import UnrollKernels

/// What stands below a transformer: rows brought to width H where they have another, and a vector for each position.
///
///     y_t = s (W x_t + b) + p_{n + t},  n tokens seen before;  p sinusoidal, s = √H (Vaswani et al. 2017, §3.4),
///                                       or a learned table, s = 1
///
/// Sines and cosines have length √(H/2), so that rows of length 1 would drown under them.
///
/// A learned table has a last row, which all later positions share. State: n, 1 float. Cost: E H multiply-adds (or none).
struct Positions: SequenceLayer {
  enum Kind {
    case sinusoidal
    case learned(Parameter)
  }

  let map: Linear?
  let kind: Kind
  let outputWidth: Int

  var inputWidth: Int { map?.inputWidth ?? outputWidth }
  var slots: [StateSlot] { [TokenCount.slot] }
  var multiplyAdds: Int { map?.multiplyAdds ?? 0 }

  /// s
  private var factor: Float {
    if case .sinusoidal = kind { Float(outputWidth).squareRoot() } else { 1 }
  }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (arena, steps) = (pass.arena, pass.steps)
    let (mapped, mapBack) = map?.forward(x, pass) ?? (x, { $0 })
    let count = TokenCount.before(state?[0], pass)
    let (table, index) = vectors(count, pass)
    let rows = arena.matrix(x.rows, outputWidth)
    Kernels.gather(table, index, into: rows)
    Kernels.addScaled(mapped, by: factor, to: rows)
    return (
      SequenceOutput(rows: rows, state: [TokenCount.after(count, pass)], pass),
      { gradient in
        let dy = gradient.total(outputWidth, pass)
        if case .learned(let parameter) = kind { Kernels.scatterAdd(dy, index, to: pass.gradient(parameter)) }
        let dMapped = arena.zeros(dy.rows, dy.columns)
        Kernels.addScaled(dy, by: factor, to: dMapped)
        return (mapBack(dMapped), [arena.zeros(steps.sequences, 1)])
      }
    )
  }

  /// A table and for every packed row the row of it that is its position.
  private func vectors(_ count: Matrix, _ pass: Pass) -> (table: Matrix, index: [Int32]) {
    let steps = pass.steps
    let starts = (0..<steps.sequences).map { Int(count[$0, 0]) }
    if case .learned(let parameter) = kind {
      let table = pass.value(parameter)
      return (table, indices(steps) { b, t in min(starts[b] + t, table.rows - 1) })
    }
    // Sequences are longest first, so the first that begins at some position has the longest table for it.
    var (tables, total) = ([Int: Int](), 0)
    for b in starts.indices where tables[starts[b]] == nil {
      tables[starts[b]] = total
      total += Int(steps.lengths[b])
    }
    let table = pass.arena.matrix(total, outputWidth)
    for b in starts.indices {
      let at = tables[starts[b]]!
      if b == starts.firstIndex(of: starts[b]) {
        Kernels.sinusoids(from: starts[b], into: table.rows(at..<at + Int(steps.lengths[b])))
      }
    }
    let first = starts.map { tables[$0]! }
    return (table, indices(steps) { b, t in first[b] + t })
  }

  private func indices(_ steps: PackedSteps, _ row: (Int, Int) -> Int) -> [Int32] {
    (0..<steps.steps).flatMap { t in (0..<Int(steps.live[t])).map { Int32(row($0, t)) } }
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    SequenceStream.identity(x, pass).then(map).then { mapped in
      let (count, y) = (pass.arena.matrix(x.rows, 1), pass.arena.matrix(x.rows, outputWidth))
      let sinusoids = (0..<y.rows).map { _ in RunningSinusoids(outputWidth) }
      return SequenceStream(mapped, y, [StreamSlot(slots[0], in: count, pass)], pass) {
        for b in 0..<y.rows {
          let (position, row) = (Int(count[b, 0]), y.rows(b..<b + 1))
          switch kind {
          case .sinusoidal: sinusoids[b].write(position, into: row)
          case .learned(let parameter):
            let table = pass.value(parameter)
            let index = min(position, table.rows - 1)
            Kernels.copy(table.rows(index..<index + 1), to: row)
          }
        }
        Kernels.addScaled(mapped, by: factor, to: y)
        TokenCount.advance(count)
      }
    }
  }
}
