import CUnroll

/// The elementwise half of one time step of n sequences; the products are the caller's. Shapes are those of `unroll.h`.
extension Kernels {
  public static func rnnStep(_ a: Matrix, relu: Bool, into h: Matrix) {
    precondition(same(a, h) && a.isContiguous && h.isContiguous)
    un_rnn_step(h.rows, h.columns, relu ? 1 : 0, a.base, h.base)
  }

  public static func rnnStepBack(h: Matrix, relu: Bool, dy: Matrix, carry: Matrix, into da: Matrix) {
    precondition(same(h, dy) && same(h, carry) && same(h, da))
    un_rnn_step_back(h.rows, h.columns, relu ? 1 : 0, h.base, dy.base, carry.base, da.base)
  }

  public static func lstmStep(gates: Matrix, previousCell: Matrix, cell: Matrix, tanhCell: Matrix, hidden: Matrix) {
    precondition(gates.columns == 4 * cell.columns && gates.rows == cell.rows && same(cell, previousCell))
    precondition(same(cell, tanhCell) && same(cell, hidden) && gates.isContiguous)
    un_lstm_step(cell.rows, cell.columns, gates.base, previousCell.base, cell.base, tanhCell.base, hidden.base)
  }

  public static func lstmStepBack(
    gates: Matrix, previousCell: Matrix, tanhCell: Matrix, dy: Matrix, carryHidden: Matrix, carryCell: Matrix
  ) {
    precondition(
      gates.columns == 4 * dy.columns && gates.rows == dy.rows && same(dy, carryHidden) && same(dy, carryCell))
    un_lstm_step_back(
      dy.rows, dy.columns, gates.base, previousCell.base, tanhCell.base, dy.base, carryHidden.base, carryCell.base)
  }

  /// Reset gate after the recurrent product, as PyTorch's.
  public static func gruStep(gates: Matrix, recurrent: Matrix, previous: Matrix, recurrentN: Matrix, hidden: Matrix) {
    precondition(gates.columns == 3 * hidden.columns && same(gates, recurrent) && same(hidden, previous))
    precondition(same(hidden, recurrentN) && gates.rows == hidden.rows)
    un_gru_step(hidden.rows, hidden.columns, gates.base, recurrent.base, previous.base, recurrentN.base, hidden.base)
  }

  public static func gruStepBack(gates: Matrix, previous: Matrix, recurrentN: Matrix, dy: Matrix, carry: Matrix) {
    precondition(gates.columns == 3 * dy.columns && same(dy, carry) && same(dy, previous) && same(dy, recurrentN))
    un_gru_step_back(dy.rows, dy.columns, gates.base, previous.base, recurrentN.base, dy.base, carry.base)
  }

  /// Reset gate before the recurrent product: r, z and r ⊙ h.
  public static func gruReset(gates: Matrix, previous: Matrix, reset: Matrix) {
    precondition(gates.columns == 3 * previous.columns && same(previous, reset) && gates.rows == reset.rows)
    un_gru_reset(reset.rows, reset.columns, gates.base, previous.base, reset.base)
  }

  public static func gruUpdate(gates: Matrix, previous: Matrix, hidden: Matrix) {
    precondition(gates.columns == 3 * hidden.columns && same(previous, hidden) && gates.rows == hidden.rows)
    un_gru_update(hidden.rows, hidden.columns, gates.base, previous.base, hidden.base)
  }

  public static func gruUpdateBack(gates: Matrix, previous: Matrix, dy: Matrix, carry: Matrix) {
    precondition(gates.columns == 3 * dy.columns && same(previous, dy) && same(dy, carry))
    un_gru_update_back(dy.rows, dy.columns, gates.base, previous.base, dy.base, carry.base)
  }

  public static func gruResetBack(gates: Matrix, previous: Matrix, dReset: Matrix, addCarry: Matrix) {
    precondition(gates.columns == 3 * dReset.columns && same(previous, dReset) && same(dReset, addCarry))
    un_gru_reset_back(dReset.rows, dReset.columns, gates.base, previous.base, dReset.base, addCarry.base)
  }
}
