import CUnroll

/// The elementwise half of one step of the less common cells. Shapes are those of `unroll.h`.
extension Kernels {
  /// h = h_prev + tanh(a)
  public static func residualStep(_ a: Matrix, previous: Matrix, hidden: Matrix) {
    precondition(same(a, previous) && same(a, hidden))
    un_residual_step(a.rows, a.columns, a.base, previous.base, hidden.base)
  }

  public static func residualStepBack(_ a: Matrix, dy: Matrix, carry: Matrix) {
    precondition(same(a, dy) && same(a, carry))
    un_residual_step_back(a.rows, a.columns, a.base, dy.base, carry.base)
  }

  /// h = (1 − u) h_prev + u c
  public static func updateStep(gates: Matrix, previous: Matrix, hidden: Matrix) {
    precondition(gates.columns == 2 * hidden.columns && same(previous, hidden) && gates.rows == hidden.rows)
    un_update_step(hidden.rows, hidden.columns, gates.base, previous.base, hidden.base)
  }

  public static func updateStepBack(gates: Matrix, previous: Matrix, dy: Matrix, carry: Matrix) {
    precondition(gates.columns == 2 * dy.columns && same(previous, dy) && same(dy, carry))
    un_update_step_back(dy.rows, dy.columns, gates.base, previous.base, dy.base, carry.base)
  }

  /// h = λ h_prev + (1 − λ) c
  public static func highwayStep(gates: Matrix, previous: Matrix, hidden: Matrix) {
    precondition(gates.columns == 2 * hidden.columns && same(previous, hidden) && gates.rows == hidden.rows)
    un_highway_step(hidden.rows, hidden.columns, gates.base, previous.base, hidden.base)
  }

  public static func highwayStepBack(gates: Matrix, previous: Matrix, dy: Matrix, carry: Matrix) {
    precondition(gates.columns == 2 * dy.columns && same(previous, dy) && same(dy, carry))
    un_highway_step_back(dy.rows, dy.columns, gates.base, previous.base, dy.base, carry.base)
  }

  /// How an LSTM differs from the usual one.
  public struct LSTMVariant: OptionSet, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
    /// f = 1 − i: three gates, i g o.
    public static let coupled = LSTMVariant(rawValue: 1)
    public static let peepholes = LSTMVariant(rawValue: 2)
    /// h = o ⊙ c.
    public static let plainOutput = LSTMVariant(rawValue: 4)

    public var gates: Int { contains(.coupled) ? 3 : 4 }
    /// Gates that look at the cell.
    public var peepholeRows: Int { gates - 1 }
  }

  /// - Parameter peepholes: [peepholeRows, H]; not read without `.peepholes`.
  public static func lstmStep(
    _ variant: LSTMVariant, peepholes: Matrix, gates: Matrix, previousCell: Matrix, cell: Matrix, outputCell: Matrix,
    hidden: Matrix
  ) {
    precondition(gates.columns == variant.gates * cell.columns && gates.rows == cell.rows && same(cell, previousCell))
    precondition(same(cell, outputCell) && same(cell, hidden))
    precondition(!variant.contains(.peepholes) || peepholes.count == variant.peepholeRows * cell.columns)
    un_lstm_variant_step(
      cell.rows, cell.columns, variant.rawValue, peepholes.base, gates.base, previousCell.base, cell.base,
      outputCell.base, hidden.base)
  }

  public static func lstmStepBack(
    _ variant: LSTMVariant, peepholes: Matrix, gates: Matrix, previousCell: Matrix, cell: Matrix, outputCell: Matrix,
    dy: Matrix, carryHidden: Matrix, carryCell: Matrix, addPeepholes: Matrix
  ) {
    precondition(gates.columns == variant.gates * dy.columns && same(dy, carryHidden) && same(dy, carryCell))
    precondition(same(dy, cell) && same(dy, outputCell) && same(dy, previousCell))
    precondition(!variant.contains(.peepholes) || addPeepholes.count == variant.peepholeRows * cell.columns)
    un_lstm_variant_step_back(
      dy.rows, dy.columns, variant.rawValue, peepholes.base, gates.base, previousCell.base, cell.base, outputCell.base,
      dy.base, carryHidden.base, carryCell.base, addPeepholes.base)
  }

  /// The first half of an LSTM step: gates and cell.
  public static func lstmCell(gates: Matrix, previousCell: Matrix, cell: Matrix) {
    precondition(gates.columns == 4 * cell.columns && gates.rows == cell.rows && same(cell, previousCell))
    un_lstm_cell(cell.rows, cell.columns, gates.base, previousCell.base, cell.base)
  }

  public static func lstmCellBack(gates: Matrix, previousCell: Matrix, dCell: Matrix, carryCell: Matrix) {
    precondition(gates.columns == 4 * dCell.columns && same(dCell, previousCell) && same(dCell, carryCell))
    un_lstm_cell_back(dCell.rows, dCell.columns, gates.base, previousCell.base, dCell.base, carryCell.base)
  }

  /// The second half: `cell` in, its tanh out, and h = o ⊙ tanh.
  public static func lstmOutput(gates: Matrix, cell: Matrix, hidden: Matrix) {
    precondition(gates.columns == 4 * cell.columns && gates.rows == cell.rows && same(cell, hidden))
    un_lstm_output(cell.rows, cell.columns, gates.base, cell.base, hidden.base)
  }

  public static func lstmOutputBack(gates: Matrix, tanhCell: Matrix, dy: Matrix, carryHidden: Matrix, dCell: Matrix) {
    precondition(gates.columns == 4 * dy.columns && same(dy, tanhCell) && same(dy, carryHidden) && same(dy, dCell))
    un_lstm_output_back(dy.rows, dy.columns, gates.base, tanhCell.base, dy.base, carryHidden.base, dCell.base)
  }

  /// States in the order c n m.
  public static func slstmStep(
    exponentialForget: Bool, gates: Matrix, previous: (c: Matrix, n: Matrix, m: Matrix),
    now: (c: Matrix, n: Matrix, m: Matrix), forget: Matrix, hidden: Matrix
  ) {
    precondition(gates.columns == 4 * hidden.columns && gates.rows == hidden.rows && same(forget, hidden))
    precondition(same(previous.c, hidden) && same(previous.n, hidden) && same(previous.m, hidden))
    precondition(same(now.c, hidden) && same(now.n, hidden) && same(now.m, hidden))
    un_slstm_step(
      hidden.rows, hidden.columns, exponentialForget ? 1 : 0, gates.base, previous.c.base, previous.n.base,
      previous.m.base, now.c.base, now.n.base, now.m.base, forget.base, hidden.base)
  }

  public static func slstmStepBack(
    gates: Matrix, previous: (c: Matrix, n: Matrix), now: (c: Matrix, n: Matrix), forget: Matrix, dy: Matrix,
    carryHidden: Matrix, carry: (c: Matrix, n: Matrix, m: Matrix)
  ) {
    precondition(gates.columns == 4 * dy.columns && same(dy, forget) && same(dy, carryHidden))
    precondition(same(previous.c, dy) && same(previous.n, dy) && same(now.c, dy) && same(now.n, dy))
    precondition(same(carry.c, dy) && same(carry.n, dy) && same(carry.m, dy))
    un_slstm_step_back(
      dy.rows, dy.columns, gates.base, previous.c.base, previous.n.base, now.c.base, now.n.base, forget.base, dy.base,
      carryHidden.base, carry.c.base, carry.n.base, carry.m.base)
  }
}
