import CUnroll

/// Recurrences that are linear in the state and elementwise, and the gates that make their coefficients.
extension Kernels {
  /// h_t = a_t ⊙ h_{t−1} + b_t: `a` and `b` [R,H]; `h` [B+R,H] begins with the initial state.
  public static func linearScan(_ steps: PackedSteps, a: Matrix, b: Matrix, h: Matrix) {
    checkScan(steps, a, b, h)
    steps.withRaw { un_linear_scan($0, a.columns, a.base, b.base, h.base) }
  }

  /// From `dy` [R,H] to `da` and `db` [R,H]; `carry` [B,H]: gradient of the final state in, of the initial state out.
  public static func linearScanBack(
    _ steps: PackedSteps, a: Matrix, h: Matrix, dy: Matrix, carry: Matrix, da: Matrix, db: Matrix
  ) {
    checkScan(steps, a, da, h)
    precondition(same(a, dy) && same(a, db) && dy.isContiguous && db.isContiguous)
    precondition(carry.rows == steps.sequences && carry.columns == a.columns && carry.isContiguous)
    steps.withRaw { un_linear_scan_back($0, a.columns, a.base, h.base, dy.base, carry.base, da.base, db.base) }
  }

  private static func checkScan(_ steps: PackedSteps, _ a: Matrix, _ b: Matrix, _ h: Matrix) {
    precondition(a.rows == steps.rows && same(a, b) && a.isContiguous && b.isContiguous)
    precondition(h.rows == steps.sequences + steps.rows && h.columns == a.columns && h.isContiguous)
  }

  /// From `gates` [R,2H] (update gate z, candidate) to a = 1 − z and b = z ⊙ g(candidate), both [R,H]; g(x) = x, or `positive`: x + ½ for
  /// x ≥ 0, else σ(x).
  package static func minGRU(_ gates: Matrix, positive: Bool, a: Matrix, b: Matrix) {
    checkGates(gates, 2, a, b)
    un_min_gru(a.rows, a.columns, positive ? 1 : 0, gates.base, a.base, b.base)
  }

  /// From `da` and `db` [R,H] to `dGates` [R,2H].
  package static func minGRUBack(_ gates: Matrix, positive: Bool, da: Matrix, db: Matrix, into dGates: Matrix) {
    checkGates(gates, 2, da, db)
    precondition(same(gates, dGates) && dGates.isContiguous)
    un_min_gru_back(da.rows, da.columns, positive ? 1 : 0, gates.base, da.base, db.base, dGates.base)
  }

  /// From `gates` [R,3H] (forget gate, input gate, candidate) to a = f/(f + i) and b = i/(f + i) ⊙ g(candidate), both [R,H].
  package static func minLSTM(_ gates: Matrix, positive: Bool, a: Matrix, b: Matrix) {
    checkGates(gates, 3, a, b)
    un_min_lstm(a.rows, a.columns, positive ? 1 : 0, gates.base, a.base, b.base)
  }

  /// From `da` and `db` [R,H] to `dGates` [R,3H].
  package static func minLSTMBack(_ gates: Matrix, positive: Bool, da: Matrix, db: Matrix, into dGates: Matrix) {
    checkGates(gates, 3, da, db)
    precondition(same(gates, dGates) && dGates.isContiguous)
    un_min_lstm_back(da.rows, da.columns, positive ? 1 : 0, gates.base, da.base, db.base, dGates.base)
  }

  private static func checkGates(_ gates: Matrix, _ count: Int, _ a: Matrix, _ b: Matrix) {
    precondition(gates.rows == a.rows && gates.columns == count * a.columns && same(a, b))
    precondition(gates.isContiguous && a.isContiguous && b.isContiguous)
  }
}
