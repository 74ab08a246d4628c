import CUnroll

/// The elementwise half of one time step of n sequences; the products are the caller's. Matrices are [n,H] without gaps where nothing
/// else is said. On the way back `dy` is the gradient that comes from the output, `carry` that of the state: from later steps in, to
/// the step before out, without what goes through the product.
extension Kernels {
  /// h = tanh(a), or the larger of a and zero.
  package static func rnnStep(_ a: Matrix, relu: Bool, into h: Matrix) {
    precondition(dense(a, h))
    un_rnn_step(h.rows, h.columns, relu ? 1 : 0, a.base, h.base)
  }

  /// The gradient of a is written into `da`; `carry` stays, as the product is all that leads to the step before.
  package static func rnnStepBack(h: Matrix, relu: Bool, dy: Matrix, carry: Matrix, into da: Matrix) {
    precondition(dense(h, dy) && dense(h, carry) && dense(h, da))
    un_rnn_step_back(h.rows, h.columns, relu ? 1 : 0, h.base, dy.base, carry.base, da.base)
  }

  /// h = h_prev + tanh(a); a becomes its tanh.
  package static func residualStep(_ a: Matrix, previous: Matrix, hidden: Matrix) {
    precondition(dense(a, previous) && dense(a, hidden))
    un_residual_step(a.rows, a.columns, a.base, previous.base, hidden.base)
  }

  /// The tanh `a` becomes the gradient of its pre-activation.
  package static func residualStepBack(_ a: Matrix, dy: Matrix, carry: Matrix) {
    precondition(dense(a, dy) && dense(a, carry))
    un_residual_step_back(a.rows, a.columns, a.base, dy.base, carry.base)
  }

  /// Reset gate after the recurrent product, as PyTorch's. `gates` [n,3H] in the order r z n: the input's share in, activations out;
  /// `recurrent` [n,3H]: the state's share, of which the last third goes into `recurrentN`.
  package static func gruStep(gates: Matrix, recurrent: Matrix, previous: Matrix, recurrentN: Matrix, hidden: Matrix) {
    precondition(areGates(gates, 3, hidden) && dense(gates, recurrent))
    precondition(dense(hidden, previous) && dense(hidden, recurrentN))
    un_gru_step(hidden.rows, hidden.columns, gates.base, recurrent.base, previous.base, recurrentN.base, hidden.base)
  }

  /// Activations become gradients of the input's share, `recurrentN` that of its own.
  package static func gruStepBack(gates: Matrix, previous: Matrix, recurrentN: Matrix, dy: Matrix, carry: Matrix) {
    precondition(areGates(gates, 3, dy) && dense(dy, carry) && dense(dy, previous) && dense(dy, recurrentN))
    un_gru_step_back(dy.rows, dy.columns, gates.base, previous.base, recurrentN.base, dy.base, carry.base)
  }

  /// Reset gate before the recurrent product: r, the first of `gates` [n,3H], and `reset` = r ⊙ h_prev. The rest is an `updateStep`.
  package static func gruReset(gates: Matrix, previous: Matrix, reset: Matrix) {
    precondition(areGates(gates, 3, reset) && dense(previous, reset))
    un_gru_reset(reset.rows, reset.columns, gates.base, previous.base, reset.base)
  }

  /// From the gradient of `reset` to that of r's pre-activation, in its place, and to the state's, which is added to.
  package static func gruResetBack(gates: Matrix, previous: Matrix, dReset: Matrix, addCarry: Matrix) {
    precondition(areGates(gates, 3, dReset) && dense(previous, dReset) && dense(dReset, addCarry))
    un_gru_reset_back(dReset.rows, dReset.columns, gates.base, previous.base, dReset.base, addCarry.base)
  }

  /// `gates` [n,2H], whose rows may have gaps: a gate u and a candidate c, pre-activations in, activations out.
  ///
  /// - Parameter keeps: h = u ⊙ h_prev + (1 − u) ⊙ c, else h = (1 − u) ⊙ h_prev + u ⊙ c.
  package static func updateStep(gates: Matrix, keeps: Bool, previous: Matrix, hidden: Matrix) {
    precondition(gates.rows == hidden.rows && gates.columns == 2 * hidden.columns && dense(previous, hidden))
    un_update_step(
      hidden.rows, hidden.columns, keeps ? 1 : 0, gates.base, gates.stride, previous.base, hidden.base)
  }

  /// Activations become gradients of the pre-activations.
  package static func updateStepBack(gates: Matrix, keeps: Bool, previous: Matrix, dy: Matrix, carry: Matrix) {
    precondition(gates.rows == dy.rows && gates.columns == 2 * dy.columns && dense(previous, dy) && dense(dy, carry))
    un_update_step_back(
      dy.rows, dy.columns, keeps ? 1 : 0, gates.base, gates.stride, previous.base, dy.base, carry.base)
  }

  /// Whether `gates` are `count` gates side by side for the states [n,H].
  static func areGates(_ gates: Matrix, _ count: Int, _ states: Matrix) -> Bool {
    gates.rows == states.rows && gates.columns == count * states.columns && gates.isContiguous
  }
}
