import CUnroll

/// The right-hand side of a product in the layout of the product's kernel, made once and used at every time step.
public struct PackedWeights {
  fileprivate let values: Matrix
  /// Rows of the right-hand side: columns of the left.
  public let inner: Int
  /// Columns of the product.
  public let columns: Int

  /// - Parameters:
  ///   - matrix: the right-hand side; copied, so that later changes of it do not count.
  ///   - transposed: the product is with the transpose of `matrix`.
  ///   - arena: lends the copy's memory.
  public init(_ matrix: Matrix, transposed: Bool, _ arena: Arena) {
    _ = Kernels.singleThread
    inner = transposed ? matrix.columns : matrix.rows
    columns = transposed ? matrix.rows : matrix.columns
    values = arena.matrix(1, un_packed_size(inner, columns))
    un_pack(transposed ? 1 : 0, inner, columns, matrix.base, matrix.stride, values.base)
  }
}

extension Kernels {
  /// c [n, columns] = a [n, inner]·b + β c for packed b; β is 1 when `adding`.
  public static func multiply(_ a: Matrix, _ b: PackedWeights, adding: Bool = false, into c: Matrix) {
    precondition(
      a.columns == b.inner && c.rows == a.rows && c.columns == b.columns, "product of \(shape(a)) and packed")
    un_gemm_packed(c.rows, c.columns, b.inner, a.base, a.stride, b.values.base, adding ? 1 : 0, c.base, c.stride)
  }
}
