import UnrollKernels

/// Attention that looks back at another sequence at every step of its own, and knows what it saw so far (Rocktäschel et al. 2016, equations 11
/// to 14):
///
///     M_t = tanh(W_y Y + (W_h h_t + W_r r_{t−1}) ⊗ e),  α_t = softmax(wᵀ M_t),  r_t = Y α_tᵀ + tanh(W_t r_{t−1}),  r_0 = 0
///
/// Y are the S rows of the other sequence (a premise), h_t those of its own (a hypothesis), all H wide. Cost: 3H² multiply-adds a step, H² a
/// row of the other sequence, and 2H for each pair of both.
package struct WordByWordAttention {
  /// As inspection shows the weights of a single sequence, [T, S].
  package let name: String
  /// W_y, W_h, W_r, W_t.
  private let seen, reading, recurrent, carried: Linear
  /// w [H]
  private let score: Parameter

  /// - Parameters:
  ///   - width: H.
  ///   - parameters: the scope of the layer.
  package init(_ width: Int, _ parameters: ParameterBuilder) {
    func map(_ name: String) -> Linear { Linear(width, width, parameters.scope(name), bias: nil) }
    (seen, reading, recurrent, carried) = (map("seen"), map("reading"), map("recurrent"), map("carried"))
    score = parameters.add("score", [width], .normal(1 / Double(width).squareRoot()))
    name = parameters.name("weights")
  }

  package var width: Int { score.count }
  /// For a step, and for a row of the other sequence.
  package var multiplyAdds: (step: Int, row: Int) { (3 * width * width, width * width) }

  /// - Parameters:
  ///   - h: [R, H], of the pass.
  ///   - y: [R', H], the other sequences' rows, packed in an order of their own.
  ///   - others: where each sequence's other one is.
  /// - Returns: [B, H], r after each sequence's last step, and the way from its gradient to those of `h` and `y`.
  package func forward(
    _ h: Matrix, over y: Matrix, _ others: OtherSequences, _ pass: Pass
  ) -> (output: Matrix, pullback: (Matrix) -> (h: Matrix, y: Matrix)) {
    let blocks = pass.arena.matrix(y.rows, width)
    Kernels.scatter(y, others.index, into: blocks)
    let (keys, keysBack) = seen.forward(blocks, pass)
    // W_r r_{t−1} is added step by step.
    let (queries, queriesBack) = reading.forward(h, pass)
    let walk = Walk(
      blocks: blocks, keys: keys, queries: queries, carried: pass.arena.matrix(h.rows, width),
      read: HiddenRows(width, initial: nil, pass))
    let looks = (0..<pass.steps.steps).map { look($0, walk, others, pass) }
    show(looks, pass)
    return (
      walk.read.final(),
      { dRead in
        let (dQueries, dKeys, dBlocks) = back(dRead, looks, walk, others, pass)
        Kernels.add(keysBack(dKeys), to: dBlocks)
        let dy = pass.arena.matrix(y.rows, width)
        Kernels.gather(dBlocks, others.index, into: dy)
        return (queriesBack(dQueries), dy)
      }
    )
  }

  /// What stays of all steps.
  private struct Walk {
    /// Y and W_y Y, sequence after sequence.
    let blocks, keys: Matrix
    /// [R, H]: W_h h_t + W_r r_{t−1}, and tanh(W_t r_{t−1}).
    let queries, carried: Matrix
    /// r
    let read: HiddenRows
  }

  /// One step: M_t and α_t of all sequences that are so long, a row for each row of their blocks.
  private struct Look {
    let mixed, weights: Matrix

    /// α_t of one sequence, [1, S].
    func weights(_ words: Range<Int>) -> Matrix { weights.rows(words).reshaped(rows: 1, columns: words.count) }
  }

  private func look(_ t: Int, _ walk: Walk, _ others: OtherSequences, _ pass: Pass) -> Look {
    let (rows, before, now) = (pass.steps.range(t), walk.read.previous(t), walk.read.current(t))
    let (query, carried) = (walk.queries.rows(rows), walk.carried.rows(rows))
    Kernels.multiply(before, pass.value(recurrent.weight), .right, adding: true, into: query)
    Kernels.multiply(before, pass.value(self.carried.weight), .right, into: carried)
    Kernels.tanh(carried, into: carried)
    let owners = others.owners(rows.count)
    let look = Look(
      mixed: pass.arena.matrix(owners.count, width), weights: pass.arena.matrix(owners.count, 1))
    Kernels.gather(query, owners, into: look.mixed)
    Kernels.add(walk.keys.rows(0..<owners.count), to: look.mixed)
    Kernels.tanh(look.mixed, into: look.mixed)
    Kernels.multiply(look.mixed, pass.value(score), .right, into: look.weights)
    for b in 0..<rows.count {
      let words = others.rows(b)
      Kernels.softmax(look.weights(words))
      Kernels.multiply(look.weights(words), walk.blocks.rows(words), into: now.rows(b..<b + 1))
    }
    Kernels.add(carried, to: now)
    return look
  }

  /// Gradients of queries, keys and blocks, from that of the last r; those of W_r, W_t and w are added.
  private func back(
    _ dRead: Matrix, _ looks: [Look], _ walk: Walk, _ others: OtherSequences, _ pass: Pass
  ) -> (queries: Matrix, keys: Matrix, blocks: Matrix) {
    let arena = pass.arena
    let (dRows, carry) = (SequenceGradient(summary: dRead).total(width, pass), arena.zeros(dRead.rows, width))
    let (dQueries, dCarried) = (arena.zeros(dRows.rows, width), arena.matrix(dRows.rows, width))
    let (dKeys, dBlocks) = (arena.zeros(walk.keys.rows, width), arena.zeros(walk.keys.rows, width))
    for (t, look) in looks.enumerated().reversed() {
      let rows = pass.steps.range(t)
      let (d, dBefore, dQuery) = (dRows.rows(rows), carry.rows(0..<rows.count), dQueries.rows(rows))
      Kernels.add(dBefore, to: d)
      Kernels.tanhBack(walk.carried.rows(rows), d, into: dCarried.rows(rows))
      Kernels.multiply(dCarried.rows(rows), pass.value(carried.weight), into: dBefore)
      let dMixed = lookBack(look, d, walk, others, addTo: dBlocks, pass)
      Kernels.add(dMixed, to: dKeys.rows(0..<dMixed.rows))
      Kernels.scatterAdd(dMixed, others.owners(rows.count), to: dQuery)
      Kernels.multiply(dQuery, pass.value(recurrent.weight), adding: true, into: dBefore)
    }
    let before = walk.read.allPrevious()
    Kernels.multiply(dQueries, before, .left, adding: true, into: pass.gradient(recurrent.weight))
    Kernels.multiply(dCarried, before, .left, adding: true, into: pass.gradient(carried.weight))
    return (dQueries, dKeys, dBlocks)
  }

  /// From the gradient of Y α_tᵀ, [live, H], to that of what M_t is the tanh of.
  private func lookBack(
    _ look: Look, _ d: Matrix, _ walk: Walk, _ others: OtherSequences, addTo dBlocks: Matrix, _ pass: Pass
  ) -> Matrix {
    let (dScores, dMixed) = (
      pass.arena.matrix(look.weights.rows, 1), pass.arena.matrix(look.mixed.rows, width)
    )
    for b in 0..<d.rows {
      let (words, own) = (others.rows(b), d.rows(b..<b + 1))
      let dWeights = dScores.rows(words).reshaped(rows: 1, columns: words.count)
      Kernels.multiply(own, walk.blocks.rows(words), .right, into: dWeights)
      Kernels.multiply(look.weights.rows(words), own, adding: true, into: dBlocks.rows(words))
      Kernels.attentionSoftmaxBack(look.weights(words), scale: 1, gradient: dWeights)
    }
    Kernels.multiply(dScores, look.mixed, .left, adding: true, into: pass.gradient(score))
    Kernels.multiply(dScores, pass.value(score), into: dMixed)
    Kernels.tanhBack(look.mixed, dMixed, into: dMixed)
    return dMixed
  }

  /// Of a single sequence the weights of all steps.
  private func show(_ looks: [Look], _ pass: Pass) {
    guard let inspection = pass.inspection, pass.steps.sequences == 1, let words = looks.first?.weights.rows else {
      return
    }
    let all = pass.arena.matrix(looks.count, words)
    for (t, look) in looks.enumerated() { Kernels.copy(look.weights(0..<words), to: all.rows(t..<t + 1)) }
    inspection.show(.attention, name, all)
  }
}

/// Where the rows of other sequences lie, one beside each sequence of a pass: packed in an order of their own, and laid one after the other
/// in that of the pass, so that the sequences that are alive at a step have the first of them.
package struct OtherSequences {
  /// For every packed row its row among those that lie one after the other.
  let index: [Int32]
  /// First row of each, and behind the last.
  private let start: [Int]
  /// For each of those rows its sequence.
  private let owner: [Int32]

  /// - Parameters:
  ///   - steps: the order of the others.
  ///   - places: for every sequence of the pass where its own stands among them.
  package init(_ steps: PackedSteps, places: [Int32]) {
    var (start, index) = ([0], [Int32](repeating: 0, count: steps.rows))
    for place in places.map(Int.init) {
      let length = Int(steps.lengths[place])
      for t in 0..<length { index[Int(steps.offset[t]) + place] = Int32(start.last! + t) }
      start.append(start.last! + length)
    }
    owner = places.indices.flatMap { own in (start[own]..<start[own + 1]).map { _ in Int32(own) } }
    (self.start, self.index) = (start, index)
  }

  /// Those beside a sequence.
  func rows(_ sequence: Int) -> Range<Int> { start[sequence]..<start[sequence + 1] }

  /// Of the rows beside the first `count` sequences.
  func owners(_ count: Int) -> [Int32] { Array(owner[..<start[count]]) }
}
