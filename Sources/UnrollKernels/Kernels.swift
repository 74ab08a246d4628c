import CUnroll

/// Shape-checked calls of the C loops over matrices. Names say what is written; `add…` adds to what stands there.
public enum Kernels {
  /// Which side of a product is transposed.
  public enum Transpose: Sendable {
    /// a·b
    case none
    /// aᵀ·b
    case left
    /// a·bᵀ
    case right
  }

  /// OpenBLAS uses one thread; call once at start. (It makes its others when it is loaded, unless the environment says
  /// `OPENBLAS_NUM_THREADS=1`.)
  public static let singleThread: Void = un_single_thread()

  /// c = a·b + β c, with one side transposed when asked; β is 1 when `adding`.
  ///
  /// Cost: rows × columns × inner multiply-adds.
  public static func multiply(
    _ a: Matrix, _ b: Matrix, _ transpose: Transpose = .none, adding: Bool = false, into c: Matrix
  ) {
    _ = singleThread
    let m = transpose == .left ? a.columns : a.rows
    let k = transpose == .left ? a.rows : a.columns
    let n = transpose == .right ? b.rows : b.columns
    let inner = transpose == .right ? b.columns : b.rows
    precondition(k == inner && c.rows == m && c.columns == n, "product of \(shape(a)) and \(shape(b)) into \(shape(c))")
    un_gemm(
      transpose == .left ? 1 : 0, transpose == .right ? 1 : 0, m, n, k, a.base, a.stride, b.base, b.stride,
      adding ? 1 : 0, c.base, c.stride)
  }

  /// Every row becomes `vector` [1, columns].
  public static func fillRows(_ out: Matrix, with vector: Matrix) {
    precondition(vector.count == out.columns)
    un_fill_rows(out.rows, out.columns, vector.base, out.base, out.stride)
  }

  /// to = from; rows of both may have gaps.
  public static func copy(_ from: Matrix, to: Matrix) {
    precondition(same(from, to), "copy of \(shape(from)) to \(shape(to))")
    un_copy_columns(from.rows, from.columns, from.base, from.stride, to.base, to.stride)
  }

  /// y += x; rows of both may have gaps.
  public static func add(_ x: Matrix, to y: Matrix) {
    precondition(same(x, y), "sum of \(shape(x)) and \(shape(y))")
    un_add_columns(x.rows, x.columns, x.base, x.stride, y.base, y.stride)
  }

  /// y += factor x
  public static func addScaled(_ x: Matrix, by factor: Float, to y: Matrix) {
    precondition(dense(x, y))
    un_axpy(x.count, factor, x.base, y.base)
  }

  /// x = factor x
  public static func scale(_ x: Matrix, by factor: Float) {
    precondition(x.isContiguous)
    un_scale(x.count, factor, x.base)
  }

  /// sums [1, columns] += column sums of x
  public static func addColumnSums(_ x: Matrix, to sums: Matrix) {
    precondition(sums.count == x.columns)
    un_column_sums(x.rows, x.columns, x.base, x.stride, sums.base)
  }

  /// out[r] = table[index[r]]: out [R, columns]; rows of the table may have gaps.
  public static func gather(_ table: Matrix, _ index: [Int32], into out: Matrix) {
    precondition(index.count == out.rows && out.columns == table.columns && out.isContiguous)
    un_gather(out.rows, out.columns, table.base, table.stride, index, out.base)
  }

  /// table[index[r]] += x[r]: x [R, columns]; rows of the table may have gaps.
  public static func scatterAdd(_ x: Matrix, _ index: [Int32], to table: Matrix) {
    precondition(index.count == x.rows && x.columns == table.columns && x.isContiguous)
    un_scatter_add(x.rows, x.columns, x.base, index, table.base, table.stride)
  }

  /// 0 with probability p, else 1/(1-p).
  public static func dropoutMask(_ mask: Matrix, probability: Double, key: UInt64) {
    precondition(mask.isContiguous)
    un_dropout_mask(mask.count, Float(probability), key, mask.base)
  }

  /// Σ x ⊙ y, in double precision.
  public static func dot(_ x: Matrix, _ y: Matrix) -> Double {
    precondition(dense(x, y))
    return un_dot(x.count, x.base, y.base)
  }

  /// Σ x², in double precision.
  public static func sumOfSquares(_ x: Matrix) -> Double {
    precondition(x.isContiguous)
    return un_sum_of_squares(x.count, x.base)
  }

  /// Neither NaN nor infinities.
  public static func isFinite(_ x: Matrix) -> Bool {
    precondition(x.isContiguous)
    return un_all_finite(x.count, x.base) != 0
  }

  static func same(_ x: Matrix, _ y: Matrix) -> Bool { x.rows == y.rows && x.columns == y.columns }
  /// One shape, and no gaps.
  static func dense(_ x: Matrix, _ y: Matrix) -> Bool { same(x, y) && x.isContiguous && y.isContiguous }
  static func shape(_ x: Matrix) -> String { "[\(x.rows), \(x.columns)]" }
}
