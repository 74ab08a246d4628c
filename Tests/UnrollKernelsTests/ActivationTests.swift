import CLibrary
import TestSupport
import Testing
import UnrollKernels

@Suite struct ActivationTests {
  /// From deep saturation through zero, with odd counts so that the ends of the vector loops are met.
  private static let line = (-5003...5003).map { Float($0) * 0.01 }
  private let pool = Pool()

  private func row(_ values: [Float]) -> Matrix { pool.matrix(1, values.count, values) }

  /// Largest |a − b|, for functions whose size is one.
  private func largest(_ a: Matrix, _ b: [Double]) -> Double {
    zip(a.doubles, b).map { abs($0 - $1) }.max()!
  }

  @Test func hyperbolicTangent() {
    let (x, y) = (row(Self.line), pool.matrix(1, Self.line.count))
    Kernels.rnnStep(x, relu: false, into: y)
    #expect(largest(y, x.doubles.map { tanh($0) }) < 3e-7)
    // Near zero the error is relative.
    let small = row([1e-6, -1e-4, 1e-30, 0])
    let out = pool.matrix(1, 4)
    Kernels.rnnStep(small, relu: false, into: out)
    #expect(zip(out.doubles, small.doubles).allSatisfy { abs($0 - tanh($1)) <= 1e-6 * abs($1) })
  }

  @Test func sigmoid() {
    let x = pool.matrix(Self.line.count, 2, Self.line.flatMap { [1, $0] })
    let y = pool.matrix(Self.line.count, 1)
    Kernels.glu(x, into: y)
    #expect(largest(y, Self.line.map { Twin.sigmoid(Double($0)) }) < 3e-7)
  }

  @Test func rectifier() {
    let (x, y) = (row([-50, -1e-9, 0, 1e-9, 50]), pool.matrix(1, 5))
    Kernels.rnnStep(x, relu: true, into: y)
    #expect(y.array == [0, 0, 0, 1e-9, 50])
  }

  @Test func gelu() {
    let (x, y, dx) = (row(Self.line), pool.matrix(1, Self.line.count), pool.matrix(1, Self.line.count))
    let dy = pool.normal(1, Self.line.count)
    Kernels.gelu(x, into: y)
    Kernels.geluBack(x, dy, into: dx)
    let scaled = zip(y.doubles, x.doubles).map { abs($0 - Twin.gelu($1)) / max(1, abs($1)) }.max()!
    #expect(scaled < 5e-7)
    #expect(largest(dx, zip(x.doubles, dy.doubles).map { Twin.geluSlope($0) * $1 }) < 5e-6)
  }

  @Test func gatedLinearUnit() {
    let (rows, width) = (7, 13)
    let (x, dy) = (pool.normal(rows, 2 * width, deviation: 3), pool.normal(rows, width))
    let (y, dx) = (pool.matrix(rows, width), pool.matrix(rows, 2 * width))
    Kernels.glu(x, into: y)
    Kernels.gluBack(x, dy, into: dx)
    var (twin, back) = ([Double](), [Double](repeating: 0, count: x.count))
    for r in 0..<rows {
      for j in 0..<width {
        let (value, gate) = (x.at(r, j), Twin.sigmoid(x.at(r, width + j)))
        twin.append(value * gate)
        back[r * 2 * width + j] = dy.at(r, j) * gate
        back[r * 2 * width + width + j] = dy.at(r, j) * value * gate * (1 - gate)
      }
    }
    #expect(distance(y.array, twin) < 1e-6 && distance(dx.array, back) < 1e-6)
  }

  @Test func layerNorm() {
    let (rows, width) = (5, 19)
    let (x, dy, scale, shift) = (
      pool.normal(rows, width, deviation: 4), pool.normal(rows, width), pool.normal(1, width), pool.normal(1, width)
    )
    let (y, hat, inverse) = (pool.matrix(rows, width), pool.matrix(rows, width), pool.matrix(rows, 1))
    Kernels.layerNorm(x, scale: scale, shift: shift, normalised: hat, inverse: inverse, into: y)
    func twin(_ x: [Double], _ scale: [Double], _ shift: [Double]) -> [Double] {
      (0..<rows).flatMap { r in
        let row = x[r * width..<(r + 1) * width]
        let mean = row.reduce(0, +) / Double(width)
        let deviation = (row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width) + 1e-5).squareRoot()
        return zip(row, zip(scale, shift)).map { ($0 - mean) / deviation * $1.0 + $1.1 }
      }
    }
    #expect(distance(y.array, twin(x.doubles, scale.doubles, shift.doubles)) < 2e-6)
    let (dx, dScale, dShift) = (pool.matrix(rows, width), pool.matrix(1, width), pool.matrix(1, width))
    Kernels.layerNormBack(
      normalised: hat, inverse: inverse, scale: scale, dy, into: dx, addScale: dScale, addShift: dShift)
    func slope(_ place: Int, _ which: Int) -> Double {
      derivative { step in
        var inputs = [x.doubles, scale.doubles, shift.doubles]
        inputs[which][place] += step
        return zip(twin(inputs[0], inputs[1], inputs[2]), dy.doubles).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    #expect(distance(dx.array, (0..<x.count).map { slope($0, 0) }) < 1e-5)
    #expect(distance(dScale.array, (0..<width).map { slope($0, 1) }) < 1e-5)
    #expect(distance(dShift.array, (0..<width).map { slope($0, 2) }) < 1e-5)
  }

  @Test func constantRowsHaveNoDeviation() {
    let (x, y, hat, inverse) = (
      pool.matrix(1, 8, [Float](repeating: 50, count: 8)), pool.matrix(1, 8), pool.matrix(1, 8), pool.matrix(1, 1)
    )
    Kernels.layerNorm(
      x, scale: row([Float](repeating: 1, count: 8)), shift: pool.matrix(1, 8), normalised: hat, inverse: inverse,
      into: y)
    #expect(y.array.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [0.1, 0.5, 0.9])
  func dropoutMask(_ probability: Double) {
    let count = 100_003
    let (a, b, c) = (pool.matrix(1, count), pool.matrix(1, count), pool.matrix(1, count))
    Kernels.dropoutMask(a, probability: probability, key: 17)
    Kernels.dropoutMask(b, probability: probability, key: 17)
    Kernels.dropoutMask(c, probability: probability, key: 18)
    #expect(a.array == b.array)
    let kept = Float(1 / (1 - Float(probability)))
    #expect(a.array.allSatisfy { $0 == 0 || abs($0 - kept) < 1e-5 })
    let (dropped, both) = (a.array.count { $0 == 0 }, zip(a.array, c.array).count { $0 == 0 && $1 == 0 })
    let deviation = (Double(count) * 0.25).squareRoot()
    #expect(abs(Double(dropped) - probability * Double(count)) < 5 * deviation)
    #expect(
      abs(Double(both) - probability * probability * Double(count)) < 5 * deviation, "masks of two keys agree too often"
    )
    let neighbours = zip(a.array, a.array.dropFirst()).count { $0 == 0 && $1 == 0 }
    #expect(abs(Double(neighbours) - probability * probability * Double(count)) < 5 * deviation)
  }
}
