import UnrollKernels

extension DiagonalStateSpace {
  package func stream(_ u: Matrix, _ pass: Pass) -> SequenceStream {
    let (system, c, d) = (discretised(pass), pass.value(c), pass.value(d))
    let (x, y) = (pass.arena.matrix(u.rows, slots[0].width), pass.arena.matrix(u.rows, channels))
    return SequenceStream(u, y, [StreamSlot(slots[0], in: x, pass)], pass) {
      Kernels.recur(u, c: c, d: d, system: system, pass.steps, state: x, into: y)
    }
  }
}
