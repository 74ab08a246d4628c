import CUnroll

/// What a selective scan reads: A [H,N], D [1,H], u and Δ [R,H], b and c [R,N] (of equal stride), x₀ [B, H·N] or none.
package struct SelectiveSystem {
  let a, d, u, delta, b, c: Matrix
  let initial: Matrix?

  var channels: Int { a.rows }
  var stateSize: Int { a.columns }

  package init(a: Matrix, d: Matrix, u: Matrix, delta: Matrix, b: Matrix, c: Matrix, initial: Matrix?) {
    precondition(u.columns == a.rows && d.count == a.rows && Kernels.same(u, delta), "channels of a selective scan")
    precondition(b.columns == a.columns && b.rows == u.rows && Kernels.same(b, c) && b.stride == c.stride)
    precondition(a.isContiguous && d.isContiguous && u.isContiguous && delta.isContiguous)
    precondition(initial.map { $0.columns == a.count && $0.isContiguous } ?? true)
    (self.a, self.d, self.u, self.delta, self.b, self.c, self.initial) = (a, d, u, delta, b, c, initial)
  }

  /// Whether it is one of these sequences.
  fileprivate func fits(_ steps: PackedSteps) -> Bool {
    u.rows == steps.rows && (initial?.rows ?? steps.sequences) == steps.sequences
  }

  /// As the C loops see it.
  var raw: un_selective {
    un_selective(
      H: channels, N: stateSize, A: a.base, D: d.base, u: u.base, delta: delta.base, b: b.base,
      c: c.base, ld: b.stride, x0: initial?.base)
  }
}

/// Where the gradients of a selective scan go: `u`, `delta` and `initial` are written, the others added to.
package struct SelectiveGradient {
  let addA, addD, u, delta, addB, addC: Matrix
  let initial: Matrix?

  package init(addA: Matrix, addD: Matrix, u: Matrix, delta: Matrix, addB: Matrix, addC: Matrix, initial: Matrix?) {
    precondition(addB.stride == addC.stride && u.isContiguous && delta.isContiguous && addA.isContiguous)
    (self.addA, self.addD, self.u, self.delta) = (addA, addD, u, delta)
    (self.addB, self.addC, self.initial) = (addB, addC, initial)
  }
}

/// x_t[h,n] = exp(Δ_t[h] A[h,n]) x_{t−1}[h,n] + Δ_t[h] b_t[n] u_t[h];  y_t[h] = Σ_n c_t[n] x_t[h,n] + D[h] u_t[h].
extension Kernels {
  /// - Parameters:
  ///   - y: [R,H] out.
  ///   - final: [B, H·N] out, the state after every sequence's last step.
  /// - Returns: the states that the way back starts from, if there is one: one state in sixteen steps.
  ///
  /// Cost: 3 H N multiply-adds and H N exponentials a token.
  package static func selectiveScan(
    _ system: SelectiveSystem, _ steps: PackedSteps, arena: Arena, wayBack: Bool, y: Matrix, final: Matrix
  ) -> Matrix? {
    precondition(system.fits(steps) && dense(y, system.u) && hasStates(final, system, steps))
    let checkpoints = wayBack ? arena.matrix(1, checkpointSize(system, steps)) : nil
    let scratch = arena.matrix(1, un_selective_scratch(system.channels, system.stateSize))
    var raw = system.raw
    steps.withRaw { un_selective_scan($0, &raw, y.base, final.base, checkpoints?.base, scratch.base) }
    return checkpoints
  }

  /// From `dy` [R,H], that of the final state, `dFinal` [B, H·N], where there is one, and what the scan returned.
  package static func selectiveScanBack(
    _ system: SelectiveSystem, _ steps: PackedSteps, arena: Arena, checkpoints: Matrix, dy: Matrix,
    dFinal: Matrix? = nil, _ gradient: SelectiveGradient
  ) {
    precondition(system.fits(steps) && checkpoints.count == checkpointSize(system, steps))
    precondition(dense(dy, system.u) && same(gradient.u, dy) && same(gradient.delta, dy))
    precondition(
      gradient.addD.count == system.channels && gradient.initial.map { hasStates($0, system, steps) } ?? true)
    precondition(dFinal.map { hasStates($0, system, steps) } ?? true)
    precondition(same(gradient.addA, system.a) && same(gradient.addB, system.b) && same(gradient.addC, system.c))
    let scratch = arena.matrix(1, un_selective_scratch(system.channels, system.stateSize))
    var raw = system.raw
    var back = un_selective_back(
      add_dA: gradient.addA.base, add_dD: gradient.addD.base, du: gradient.u.base, d_delta: gradient.delta.base,
      add_db: gradient.addB.base, add_dc: gradient.addC.base, ld: gradient.addB.stride, dx0: gradient.initial?.base)
    steps.withRaw { un_selective_scan_back($0, &raw, checkpoints.base, dy.base, dFinal?.base, &back, scratch.base) }
  }

  private static func checkpointSize(_ system: SelectiveSystem, _ steps: PackedSteps) -> Int {
    steps.withRaw { un_selective_checkpoints($0, system.channels, system.stateSize) }
  }

  private static func hasStates(_ x: Matrix, _ system: SelectiveSystem, _ steps: PackedSteps) -> Bool {
    x.rows == steps.sequences && x.columns == system.a.count && x.isContiguous
  }
}
