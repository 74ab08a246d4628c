import UnrollCore

/// A view of row-major Float32 memory: four machine words, no reference counting. Whoever made the memory (a `Buffer`, an
/// `Arena`) must outlive it.
///
/// Shapes are checked where a matrix is made or multiplied, never per element.
public struct Matrix {
  @usableFromInline let base: UnsafeMutablePointer<Float>
  /// R of a shape [R, C].
  public let rows: Int
  /// C of a shape [R, C].
  public let columns: Int
  /// Floats from one row to the next; at least `columns`.
  public let stride: Int

  init(base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int) {
    precondition(rows >= 0 && columns >= 0 && stride >= columns)
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// Number of elements.
  public var count: Int { rows * columns }

  /// No gaps between rows.
  public var isContiguous: Bool { stride == columns || rows <= 1 }

  /// Rows `range`, same columns.
  public func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Matrix(base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// Columns `range`, same rows; the stride stays.
  public func columns(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Matrix(base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// The same elements in rows of another length; there must be no gaps between them.
  public func reshaped(rows: Int, columns: Int) -> Matrix {
    precondition(isContiguous && rows * columns == count, "\(Kernels.shape(self)) as \(rows) x \(columns)")
    return Matrix(base: base, rows: rows, columns: columns, stride: columns)
  }

  /// Without a check of the bounds; kernels, not loops over elements, are what is quick.
  @inlinable public subscript(row: Int, column: Int) -> Float {
    get { base[row * stride + column] }
    nonmutating set { base[row * stride + column] = newValue }
  }

  /// A copy of the elements, row by row.
  public var array: [Float] {
    (0..<rows).flatMap { row in UnsafeBufferPointer(start: base + row * stride, count: columns) }
  }

  /// Writes one value everywhere.
  public func fill(_ value: Float) {
    for row in 0..<rows { (base + row * stride).update(repeating: value, count: columns) }
  }

  /// Every element becomes what `value` says of its index, counted row by row.
  package func fill(_ value: (_ index: Int) -> Float) {
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = value(row * columns + column) }
    }
  }

  /// Independent normal numbers of mean zero, row by row.
  package func fill(normal random: inout RandomSource, deviation: Double = 1) {
    fill { _ in Float(deviation * random.normal()) }
  }

  /// Writes elements row by row.
  public func assign(_ values: [Float]) {
    precondition(values.count == count, "\(values.count) values for \(rows) x \(columns)")
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = values[row * columns + column] }
    }
  }
}
