import UnrollCore
import UnrollKernels

/// Where the values of a tensor [rows, columns] begin.
public struct Initialiser: Sendable {
  let values: @Sendable (_ rows: Int, _ columns: Int, inout RandomSource) -> [Float]

  /// Values made by a function of the rows, the columns and a source of randomness: rows × columns of them, row by row.
  public init(_ values: @escaping @Sendable (Int, Int, inout RandomSource) -> [Float]) { self.values = values }

  /// The same value everywhere.
  public static func constant(_ value: Float) -> Initialiser {
    Initialiser { rows, columns, _ in [Float](repeating: value, count: rows * columns) }
  }

  /// These values, row by row, as many as the tensor has.
  public static func given(_ values: [Float]) -> Initialiser { Initialiser { _, _, _ in values } }

  /// The same times a factor.
  func scaled(by factor: Double) -> Initialiser {
    factor == 1
      ? self : Initialiser { rows, columns, random in values(rows, columns, &random).map { Float(factor) * $0 } }
  }

  /// The same row over and over; made when it is asked for, since whoever counts parameters needs none.
  static func everyRow(_ row: [Float]) -> Initialiser {
    Initialiser { rows, _, _ in (0..<rows).flatMap { _ in row } }
  }

  /// U(−bound, bound).
  public static func uniform(_ bound: Double) -> Initialiser {
    Initialiser { rows, columns, random in
      (0..<rows * columns).map { _ in Float(random.uniform(-bound, bound)) }
    }
  }

  /// N(0, deviation²).
  public static func normal(_ deviation: Double) -> Initialiser {
    Initialiser { rows, columns, random in (0..<rows * columns).map { _ in Float(deviation * random.normal()) } }
  }

  /// Glorot & Bengio 2010, uniform, for each of `gates` blocks of rows by itself.
  public static func glorot(gates: Int = 1) -> Initialiser {
    Initialiser { rows, columns, random in
      let bound = (6 / Double(rows / gates + columns)).squareRoot()
      return (0..<rows * columns).map { _ in Float(random.uniform(-bound, bound)) }
    }
  }

  /// Saxe et al. 2014: each of `gates` blocks of rows has orthonormal rows.
  public static func orthogonal(gates: Int = 1) -> Initialiser {
    Initialiser { rows, columns, random in
      (0..<gates).flatMap { _ in orthonormalRows(rows / gates, columns, &random) }
    }
  }

  /// Gram–Schmidt on normal rows, twice, which is enough for Float32 (Giraud et al. 2005).
  private static func orthonormalRows(_ rows: Int, _ columns: Int, _ random: inout RandomSource) -> [Float] {
    precondition(rows <= columns, "more rows than columns cannot be orthonormal")
    let buffer = Buffer(count: rows * columns)
    let matrix = buffer.matrix(rows: rows, columns: columns)
    for i in 0..<rows {
      let row = matrix.rows(i..<i + 1)
      row.assign((0..<columns).map { _ in Float(random.normal()) })
      for _ in 0..<2 {
        for j in 0..<i {
          Kernels.addScaled(matrix.rows(j..<j + 1), by: -Float(Kernels.dot(matrix.rows(j..<j + 1), row)), to: row)
        }
        Kernels.scale(row, by: Float(1 / Kernels.sumOfSquares(row).squareRoot()))
      }
    }
    return matrix.array
  }
}
