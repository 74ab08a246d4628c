import UnrollKernels

/// One query over the keys that are kept.
extension SelfAttention {
  /// With a window; attention over the whole sequence is not causal.
  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    guard let window else { preconditionFailure("attention over the whole sequence cannot be streamed") }
    return input.stream(x, pass).then { projected in
      let (keys, values) = (KeptRows(window - 1, width, pass), KeptRows(window - 1, width, pass))
      let (kept, scores) = (pass.arena.matrix(x.rows, 1), pass.arena.matrix(1, window))
      let (mixed, turning) = (pass.arena.matrix(x.rows, width), rotary ? Turning(self, window, pass) : nil)
      let state = [
        StreamSlot(slots[0], pass) { keys.all }, StreamSlot(slots[1], pass) { values.all },
        StreamSlot(slots[2], in: kept, pass),
      ]
      return SequenceStream(projected, mixed, state, pass) {
        keys.append(projected.columns(width..<2 * width))
        values.append(projected.columns(2 * width..<3 * width))
        for b in 0..<mixed.rows {
          let count = Int(kept[b, 0]) + 1
          var (query, seen) = (projected.rows(b..<b + 1).columns(0..<width), keys.newest(count, of: b))
          if let turning { (query, seen) = turning(query, seen) }
          Kernels.attend(
            query, keys: seen, values: values.newest(count, of: b), heads: heads, scores: scores,
            into: mixed.rows(b..<b + 1))
        }
        TokenCount.advance(kept, limit: window - 1)
      }
    }.then(output)
  }

  /// Rotary positions, counted from the oldest kept key: all keys are turned again at every step.
  private struct Turning {
    let heads: Int
    let table, query, keys: Matrix

    init(_ attention: SelfAttention, _ window: Int, _ pass: Pass) {
      heads = attention.heads
      table = pass.arena.matrix(window, attention.width / heads)
      query = pass.arena.matrix(1, attention.width)
      keys = pass.arena.matrix(window, attention.width)
      Kernels.sinusoids(from: 0, into: table)
    }

    func callAsFunction(_ query: Matrix, _ keys: Matrix) -> (query: Matrix, keys: Matrix) {
      let (turned, count) = (self.keys.rows(0..<keys.rows), keys.rows)
      Kernels.copy(query, to: self.query)
      Kernels.copy(keys, to: turned)
      Kernels.rotate(self.query, heads: heads, by: table.rows(count - 1..<count))
      Kernels.rotate(turned, heads: heads, by: table.rows(0..<count))
      return (self.query, turned)
    }
  }
}
