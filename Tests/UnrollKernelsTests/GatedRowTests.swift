import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// Row functions of the gated state spaces against double precision.
@Suite struct GatedRowTests {
  private let pool = Pool()

  /// From −80 to 80, where softplus is tiny, bends, and is the identity; each value against its own size.
  @Test func softplusKeepsItsDigits() {
    let x = pool.matrix(1, 1601, (0...1600).map { Float($0 - 800) / 10 })
    let (y, ones, dx) = (pool.matrix(1, 1601), pool.matrix(1, 1601), pool.matrix(1, 1601))
    ones.fill(1)
    Kernels.softplus(x, into: y)
    Kernels.softplusBack(x, ones, into: dx)
    for (i, value) in x.doubles.enumerated() {
      let (expected, slope) = (value > 0 ? value + log1p(exp(-value)) : log1p(exp(value)), Twin.sigmoid(value))
      #expect(abs(y.at(0, i) / expected - 1) < 1e-6 && abs(dx.at(0, i) / slope - 1) < 1e-6, "at \(value)")
    }
  }

  @Test func extremesStayFinite() {
    let x = pool.matrix(1, 4, [-1e30, -1000, 1000, 1e30])
    let (y, dx) = (pool.matrix(1, 4), pool.matrix(1, 4))
    Kernels.softplus(x, into: y)
    Kernels.softplusBack(x, x, into: dx)
    #expect(Kernels.isFinite(y) && Kernels.isFinite(dx) && y[0, 3] == 1e30)
    Kernels.silu(x, into: y)
    #expect(Kernels.isFinite(y))
  }

  @Test func silu() {
    let (x, dy) = (pool.normal(3, 19, deviation: 4), pool.normal(3, 19))
    let (y, dx) = (pool.matrix(3, 19), pool.matrix(3, 19))
    Kernels.silu(x, into: y)
    Kernels.siluBack(x, dy, into: dx)
    #expect(distance(y.array, x.doubles.map { $0 * Twin.sigmoid($0) }) < 1e-6)
    let slopes = zip(x.doubles, dy.doubles).map { x, dy in
      dy * Twin.sigmoid(x) * (1 + x * (1 - Twin.sigmoid(x)))
    }
    #expect(distance(dx.array, slopes) < 1e-6)
  }

  @Test func siluGate() {
    let (x, wide, dy) = (pool.normal(3, 7), pool.normal(3, 15, deviation: 3), pool.normal(3, 7))
    let z = wide.columns(8..<15)
    let (y, dx, dz) = (pool.matrix(3, 7), pool.matrix(3, 7), pool.matrix(3, 15).columns(8..<15))
    Kernels.siluGate(x, by: z, into: y)
    Kernels.siluGateBack(x, by: z, dy, dx: dx, dz: dz)
    let gate = z.doubles.map { $0 * Twin.sigmoid($0) }
    let slope = z.doubles.map { Twin.sigmoid($0) * (1 + $0 * (1 - Twin.sigmoid($0))) }
    let indices = gate.indices
    #expect(distance(y.array, indices.map { x.doubles[$0] * gate[$0] }) < 1e-6)
    #expect(distance(dx.array, indices.map { dy.doubles[$0] * gate[$0] }) < 1e-6)
    #expect(distance(dz.array, indices.map { dy.doubles[$0] * x.doubles[$0] * slope[$0] }) < 1e-6)
  }

  @Test func rmsNorm() {
    let (rows, columns) = (3, 19)
    func twin(_ x: [Double], _ scale: [Double]) -> [Double] {
      (0..<rows * columns).map { place in
        let row = x[place / columns * columns..<(place / columns + 1) * columns]
        let mean = row.reduce(0) { $0 + $1 * $1 } / Double(columns)
        return scale[place % columns] * x[place] / (mean + 1e-5).squareRoot()
      }
    }
    let (x, scale, dy) = (pool.normal(rows, columns), pool.normal(1, columns), pool.normal(rows, columns))
    let (y, inverse) = (pool.matrix(rows, columns), pool.matrix(rows, 1))
    let (dx, dScale) = (pool.matrix(rows, columns), pool.matrix(1, columns))
    Kernels.rmsNorm(x, scale: scale, inverse: inverse, into: y)
    Kernels.rmsNormBack(x, inverse: inverse, scale: scale, dy, into: dx, addScale: dScale)
    #expect(distance(y.array, twin(x.doubles, scale.doubles)) < 1e-6)
    func loss(_ x: [Double], _ scale: [Double]) -> Double {
      zip(twin(x, scale), dy.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let slopes = x.doubles.indices.map { place in
      derivative { step in
        var moved = x.doubles
        moved[place] += step
        return loss(moved, scale.doubles)
      }
    }
    let scaleSlopes = scale.doubles.indices.map { place in
      derivative { step in
        var moved = scale.doubles
        moved[place] += step
        return loss(x.doubles, moved)
      }
    }
    #expect(distance(dx.array, slopes) < 3e-6 && distance(dScale.array, scaleSlopes) < 3e-6)
  }

  @Test func negativeExponential() {
    let (x, dy) = (pool.normal(2, 9), pool.normal(2, 9))
    let (y, dx) = (pool.matrix(2, 9), pool.matrix(2, 9))
    Kernels.negativeExp(x, into: y)
    Kernels.negativeExpBack(y, dy, addTo: dx)
    #expect(distance(y.array, x.doubles.map { -exp($0) }) < 1e-6)
    #expect(distance(dx.array, zip(x.doubles, dy.doubles).map { -exp($0) * $1 }) < 1e-6)
  }
}
