import UnrollKernels

extension DenseStateSpace {
  package func stream(_ u: Matrix, _ pass: Pass) -> SequenceStream {
    let (system, c, d) = (discretised(pass), pass.value(c), pass.value(d))
    let (x, y) = (pass.arena.matrix(u.rows, slots[0].width), pass.arena.matrix(u.rows, channels))
    let scratch = Arena()
    return SequenceStream(u, y, [StreamSlot(slots[0], in: x, pass)], pass) {
      scratch.reset()
      Kernels.recur(u, c: c, d: d, system: system, pass.steps, arena: scratch, state: x, into: y)
    }
  }
}
