import CLibrary
import TestSupport
import Testing
import UnrollKernels
import UnrollSystem

/// Operations on every element, on columns of a wider matrix, against double precision.
@Suite struct ElementTests {
  private let pool = Pool()

  /// Seven rows of nineteen columns with others around them, whose values must stay.
  private func gaps() -> (whole: Matrix, part: Matrix) {
    let whole = pool.normal(7, 40, deviation: 2)
    return (whole, whole.columns(13..<32))
  }

  private func expect(_ part: Matrix, _ expected: (Int) -> Double) {
    #expect(distance(part.array, (0..<part.count).map(expected)) < 1e-6)
  }

  @Test func functionsAndTheirSlopes() {
    let ((_, x), (_, dy), (whole, y)) = (gaps(), gaps(), gaps())
    let (inputs, slopes, around) = (x.doubles, dy.doubles, whole.columns(32..<40).array)
    Kernels.sigmoid(x, into: y)
    expect(y) { Twin.sigmoid(inputs[$0]) }
    Kernels.sigmoidBack(y, dy, into: y)
    expect(y) { slopes[$0] * Twin.sigmoid(inputs[$0]) * (1 - Twin.sigmoid(inputs[$0])) }
    Kernels.tanh(x, into: x)
    expect(x) { tanh(inputs[$0]) }
    Kernels.tanhBack(x, dy, into: dy)
    expect(dy) { slopes[$0] * (1 - tanh(inputs[$0]) * tanh(inputs[$0])) }
    #expect(whole.columns(32..<40).array == around)
  }

  @Test func productsAndMixtures() {
    let ((_, x), (_, y), (_, k), (_, out)) = (gaps(), gaps(), gaps(), gaps())
    let (a, b, c) = (x.doubles, y.doubles, k.doubles)
    Kernels.multiplyElements(x, y, into: out)
    Kernels.multiplyElements(x, k, adding: true, into: out)
    expect(out) { a[$0] * b[$0] + a[$0] * c[$0] }
    Kernels.mix(x, y, k, into: out)
    expect(out) { c[$0] * a[$0] + (1 - c[$0]) * b[$0] }
    let d = out.doubles
    // In place of what it reads.
    Kernels.mixBack(x, y, k, out, into: out, y, k)
    expect(out) { d[$0] * c[$0] }
    expect(y) { d[$0] * (1 - c[$0]) }
    expect(k) { d[$0] * (a[$0] - b[$0]) }
  }

  /// What is equal in both has no slope in |u − v|.
  @Test func whatIsAlikeAndWhatDiffers() {
    let (u, v, d) = (pool.normal(7, 19), pool.normal(7, 19), pool.normal(7, 76))
    u[3, 5] = v[3, 5]
    let (a, b, slopes) = (u.doubles, v.doubles, d.doubles)
    let (out, du, dv) = (pool.matrix(7, 76), pool.matrix(7, 19), pool.matrix(7, 19))
    Kernels.match(u, v, into: out)
    let parts = (0..<4).map { part in out.columns(19 * part..<19 * (part + 1)) }
    expect(parts[0]) { a[$0] }
    expect(parts[1]) { b[$0] }
    expect(parts[2]) { abs(a[$0] - b[$0]) }
    expect(parts[3]) { a[$0] * b[$0] }
    Kernels.matchBack(u, v, d, into: du, dv)
    func slope(_ part: Int, _ i: Int) -> Double { slopes[i / 19 * 76 + 19 * part + i % 19] }
    func sign(_ i: Int) -> Double { a[i] == b[i] ? 0 : a[i] > b[i] ? 1 : -1 }
    expect(du) { slope(0, $0) + sign($0) * slope(2, $0) + b[$0] * slope(3, $0) }
    expect(dv) { slope(1, $0) - sign($0) * slope(2, $0) + a[$0] * slope(3, $0) }
  }

  @Test func theInstructionsAreNamed() {
    #expect(["AVX-512", "AVX2", "plain"].contains(Versions.instructions))
    #expect(Versions.libraries["instructions"] == Versions.instructions)
  }
}
