import TestSupport
import Testing
import UnrollKernels

/// Shapes at and around the edges of the kernel's tiles (8 rows, 16 and 32 columns) and blocks (64 rows, 256 inner, 512 columns).
private let shapes = [
  (1, 1, 1), (7, 5, 15), (8, 256, 32), (9, 257, 33), (16, 3, 16), (33, 40, 47), (64, 255, 64), (65, 513, 17),
  (70, 300, 530),
]

@Suite struct ProductEdgeTests {
  @Test(arguments: shapes, [Kernels.Transpose.none, .left, .right])
  func everyTileAndBlock(_ shape: (Int, Int, Int), _ transpose: Kernels.Transpose) {
    let ((m, k, n), pool) = (shape, Pool())
    let a = transpose == .left ? pool.normal(k, m) : pool.normal(m, k)
    let b = transpose == .right ? pool.normal(n, k) : pool.normal(k, n)
    let twin = product(a, b, transpose, m, k, n)
    let c = pool.normal(m, n)
    Kernels.multiply(a, b, transpose, into: c)
    #expect(distance(c.array, twin) < 1e-6)
    Kernels.multiply(a, b, transpose, adding: true, into: c)
    #expect(distance(c.array, twin.map { 2 * $0 }) < 1e-6)
  }

  @Test(arguments: shapes, [false, true])
  func packedOnce(_ shape: (Int, Int, Int), _ transposed: Bool) {
    let ((m, k, n), pool) = (shape, Pool())
    let (a, b) = (pool.normal(m, k), transposed ? pool.normal(n, k) : pool.normal(k, n))
    let packed = PackedWeights(b, transposed: transposed, pool.arena)
    let c = pool.normal(m, n)
    Kernels.multiply(a, packed, into: c)
    #expect(distance(c.array, product(a, b, transposed ? .right : .none, m, k, n)) < 1e-6)
  }

  /// A sum of nothing is zero.
  @Test func nothingInside() {
    let pool = Pool()
    for adding in [false, true] {
      let (c, packed) = (pool.matrix(9, 17), PackedWeights(pool.matrix(0, 17), transposed: false, pool.arena))
      for multiply in [
        { Kernels.multiply(pool.matrix(9, 0), pool.matrix(0, 17), adding: adding, into: c) },
        { Kernels.multiply(pool.matrix(9, 0), packed, adding: adding, into: c) },
      ] {
        c.fill(5)
        multiply()
        #expect(c.array.allSatisfy { $0 == (adding ? 5 : 0) })
      }
    }
  }

  /// The columns beside a view keep what stands in them, at every width of the last tile.
  @Test(arguments: 1...33)
  func neighboursStay(_ n: Int) {
    let pool = Pool()
    let (a, b, whole) = (pool.normal(11, 6), pool.normal(6, n), pool.matrix(11, n + 20))
    whole.fill(7)
    Kernels.multiply(a, b, into: whole.columns(3..<3 + n))
    let touched = (0..<11).contains { row in
      (0..<n + 20).contains { !(3..<3 + n).contains($0) && whole[row, $0] != 7 }
    }
    #expect(!touched)
  }

  private func product(
    _ a: Matrix, _ b: Matrix, _ transpose: Kernels.Transpose, _ m: Int, _ k: Int, _ n: Int
  ) -> [Double] {
    (0..<m * n).map { place in
      let (i, j) = (place / n, place % n)
      return (0..<k).reduce(0.0) { sum, l in
        sum + (transpose == .left ? a.at(l, i) : a.at(i, l)) * (transpose == .right ? b.at(j, l) : b.at(l, j))
      }
    }
  }
}
