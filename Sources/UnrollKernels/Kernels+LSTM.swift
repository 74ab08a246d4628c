import CUnroll

/// The elementwise half of one time step of cells with a second state, as in `Kernels+Gates.swift`.
extension Kernels {
  /// How an LSTM differs from the usual one.
  package struct LSTMVariant: OptionSet, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    /// f = 1 − i: three gates, i g o.
    package static let coupled = LSTMVariant(rawValue: 1)
    /// Gates see the cell.
    package static let peepholes = LSTMVariant(rawValue: 2)
    /// h = o ⊙ c.
    package static let plainOutput = LSTMVariant(rawValue: 4)

    package var gates: Int { contains(.coupled) ? 3 : 4 }
    /// Gates that look at the cell.
    package var peepholeRows: Int { gates - 1 }
  }

  /// `gates` [n,4H] in the order i f g o: pre-activations in, activations out.
  ///
  /// - Parameters:
  ///   - peepholes: [peepholeRows, H] where the variant has them.
  ///   - outputCell: out, what the output gate multiplies: tanh(c), or c.
  package static func lstmStep(
    _ variant: LSTMVariant = [], peepholes: Matrix? = nil, gates: Matrix, previousCell: Matrix, cell: Matrix,
    outputCell: Matrix, hidden: Matrix
  ) {
    precondition(areGates(gates, variant.gates, cell) && dense(cell, previousCell))
    precondition(dense(cell, outputCell) && dense(cell, hidden))
    precondition(arePeepholes(peepholes, variant, cell))
    un_lstm_step(
      cell.rows, cell.columns, variant.rawValue, peepholes?.base, gates.base, previousCell.base, cell.base,
      outputCell.base, hidden.base)
  }

  /// Activations become gradients of the pre-activations, `carryCell` goes from the gradient of c to that of c_prev; `carryHidden` stays.
  package static func lstmStepBack(
    _ variant: LSTMVariant = [], peepholes: Matrix? = nil, gates: Matrix, previousCell: Matrix, cell: Matrix,
    outputCell: Matrix, dy: Matrix, carryHidden: Matrix, carryCell: Matrix, addPeepholes: Matrix? = nil
  ) {
    precondition(areGates(gates, variant.gates, dy) && dense(dy, carryHidden) && dense(dy, carryCell))
    precondition(dense(dy, cell) && dense(dy, outputCell) && dense(dy, previousCell))
    precondition(arePeepholes(peepholes, variant, cell) && arePeepholes(addPeepholes, variant, cell))
    un_lstm_step_back(
      dy.rows, dy.columns, variant.rawValue, peepholes?.base, gates.base, previousCell.base, cell.base, outputCell.base,
      dy.base, carryHidden.base, carryCell.base, addPeepholes?.base)
  }

  private static func arePeepholes(_ peepholes: Matrix?, _ variant: LSTMVariant, _ cell: Matrix) -> Bool {
    guard variant.contains(.peepholes) else { return true }
    guard let peepholes else { return false }
    return peepholes.count == variant.peepholeRows * cell.columns && peepholes.isContiguous
  }

  /// The first half of an LSTM step: gates [n,4H] and cell.
  package static func lstmCell(gates: Matrix, previousCell: Matrix, cell: Matrix) {
    precondition(areGates(gates, 4, cell) && dense(cell, previousCell))
    un_lstm_cell(cell.rows, cell.columns, gates.base, previousCell.base, cell.base)
  }

  /// `dCell` is the gradient of the cell from the output. Of i, f and g activations become gradients of the pre-activations.
  package static func lstmCellBack(gates: Matrix, previousCell: Matrix, dCell: Matrix, carryCell: Matrix) {
    precondition(areGates(gates, 4, dCell) && dense(dCell, previousCell) && dense(dCell, carryCell))
    un_lstm_cell_back(dCell.rows, dCell.columns, gates.base, previousCell.base, dCell.base, carryCell.base)
  }

  /// The second half: `cell` in, its tanh out, and h = o ⊙ tanh.
  package static func lstmOutput(gates: Matrix, cell: Matrix, hidden: Matrix) {
    precondition(areGates(gates, 4, cell) && dense(cell, hidden))
    un_lstm_output(cell.rows, cell.columns, gates.base, cell.base, hidden.base)
  }

  /// The gradient of the cell is written into `dCell`, that of o's pre-activation takes its place in `gates`.
  package static func lstmOutputBack(gates: Matrix, tanhCell: Matrix, dy: Matrix, carryHidden: Matrix, dCell: Matrix) {
    precondition(areGates(gates, 4, dy) && dense(dy, tanhCell) && dense(dy, carryHidden) && dense(dy, dCell))
    un_lstm_output_back(dy.rows, dy.columns, gates.base, tanhCell.base, dy.base, carryHidden.base, dCell.base)
  }

  /// sLSTM, `gates` [n,4H] in the order i f z o; states in the order c n m; `forget` out: the stabilised forget gate.
  package static func slstmStep(
    exponentialForget: Bool, gates: Matrix, previous: (c: Matrix, n: Matrix, m: Matrix),
    now: (c: Matrix, n: Matrix, m: Matrix), forget: Matrix, hidden: Matrix
  ) {
    precondition(areGates(gates, 4, hidden) && dense(forget, hidden))
    precondition(dense(previous.c, hidden) && dense(previous.n, hidden) && dense(previous.m, hidden))
    precondition(dense(now.c, hidden) && dense(now.n, hidden) && dense(now.m, hidden))
    un_slstm_step(
      hidden.rows, hidden.columns, exponentialForget ? 1 : 0, gates.base, previous.c.base, previous.n.base,
      previous.m.base, now.c.base, now.n.base, now.m.base, forget.base, hidden.base)
  }

  /// Activations become gradients of the pre-activations, `carry` goes from the gradients of the states to those before.
  package static func slstmStepBack(
    gates: Matrix, previous: (c: Matrix, n: Matrix), now: (c: Matrix, n: Matrix), forget: Matrix, dy: Matrix,
    carryHidden: Matrix, carry: (c: Matrix, n: Matrix), excess: Matrix
  ) {
    precondition(areGates(gates, 4, dy) && dense(dy, forget) && dense(dy, carryHidden))
    precondition(dense(previous.c, dy) && dense(previous.n, dy) && dense(now.c, dy) && dense(now.n, dy))
    precondition(dense(carry.c, dy) && dense(carry.n, dy) && dense(excess, dy))
    un_slstm_step_back(
      dy.rows, dy.columns, gates.base, previous.c.base, previous.n.base, now.c.base, now.n.base, forget.base, dy.base,
      carryHidden.base, carry.c.base, carry.n.base, excess.base)
  }
}
