import TestSupport
import Testing
import UnrollKernels

@Suite struct ProductTests {
  @Test(arguments: [Kernels.Transpose.none, .left, .right], [false, true])
  func productsOfViews(_ transpose: Kernels.Transpose, _ adding: Bool) {
    let (m, k, n, pool) = (5, 7, 3, Pool())
    // Views with gaps, as gates and halves of rows are.
    let a = pool.normal(transpose == .left ? k : m, 12).columns(2..<2 + (transpose == .left ? m : k))
    let b = pool.normal(transpose == .right ? n : k, 11).columns(1..<1 + (transpose == .right ? k : n))
    let c = pool.normal(m, 6).columns(1..<1 + n)
    let before = c.doubles
    Kernels.multiply(a, b, transpose, adding: adding, into: c)
    let twin = (0..<m * n).map { element in
      let (i, j) = (element / n, element % n)
      let sum = (0..<k).reduce(0.0) { sum, l in
        sum + (transpose == .left ? a.at(l, i) : a.at(i, l)) * (transpose == .right ? b.at(j, l) : b.at(l, j))
      }
      return sum + (adding ? before[element] : 0)
    }
    #expect(distance(c.array, twin) < 1e-6)
  }

  @Test func gatherAndScatter() {
    let pool = Pool()
    let (table, index) = (pool.normal(6, 5), [4, 0, 4, 5] as [Int32])
    let out = pool.matrix(4, 5)
    Kernels.gather(table, index, into: out)
    #expect(out.array == index.flatMap { table.rows(Int($0)..<Int($0) + 1).array })
    let sums = pool.matrix(6, 5)
    Kernels.scatterAdd(out, index, to: sums)
    let twin = (0..<30).map { element in
      Double(index.count { Int($0) == element / 5 }) * table.at(element / 5, element % 5)
    }
    #expect(distance(sums.array, twin) < 1e-7)
  }

  @Test func sumsOfColumns() {
    let pool = Pool()
    let wide = pool.normal(37, 20)
    let (x, sums) = (wide.columns(3..<16), pool.normal(1, 13))
    let twin = (0..<13).map { j in sums.at(0, j) + (0..<37).reduce(0) { $0 + x.at($1, j) } }
    Kernels.addColumnSums(x, to: sums)
    #expect(distance(sums.array, twin) < 1e-6)
  }

  @Test func elementwise() {
    let pool = Pool()
    let (x, y, out) = (pool.normal(3, 19), pool.normal(3, 19), pool.matrix(3, 19))
    Kernels.multiplyElements(x, y, into: out)
    #expect(distance(out.array, zip(x.doubles, y.doubles).map { $0 * $1 }) < 1e-7)
    let twin = zip(x.doubles, y.doubles).map { $1 + 0.5 * $0 }
    Kernels.addScaled(x, by: 0.5, to: y)
    #expect(distance(y.array, twin) < 1e-7)
    let doubled = x.doubles.map { 2 * $0 }
    Kernels.add(pool.arena.copy(x), to: x)
    #expect(distance(x.array, doubled) < 1e-7)
    Kernels.fillRows(out, with: x.rows(0..<1))
    #expect(out.rows(2..<3).array == x.rows(0..<1).array)
  }

  @Test func sumsInDoublePrecision() {
    let pool = Pool()
    let (x, y) = (pool.normal(1, 10_001), pool.normal(1, 10_001))
    let dot = zip(x.doubles, y.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    let squares = x.doubles.reduce(0) { $0 + $1 * $1 }
    #expect(abs(Kernels.dot(x, y) - dot) < 1e-9 * squares && abs(Kernels.sumOfSquares(x) - squares) < 1e-9 * squares)
  }

  @Test func finiteness() {
    let pool = Pool()
    let x = pool.normal(1, 133)
    #expect(Kernels.isFinite(x))
    for bad in [Float.nan, .infinity, -.infinity] {
      for element in [0, 64, 132] {
        let before = x[0, element]
        x[0, element] = bad
        #expect(!Kernels.isFinite(x))
        x[0, element] = before
      }
    }
  }
}
