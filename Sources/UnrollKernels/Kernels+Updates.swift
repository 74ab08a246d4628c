import CLibrary
import UnrollCore
import CUnroll

/// In-place updates of a range of a slab; each equals PyTorch's optimiser of that name. Weights w, their gradients g and what the
/// optimiser keeps are of one length, `range` is what is touched.
extension Kernels {
  /// - Parameter step: counted from 1.
  package static func adam(
    _ w: Buffer, _ g: Buffer, mean m: Buffer, square v: Buffer, range: Range<Int>, rate: Double, beta1: Double,
    beta2: Double, epsilon: Double, step: Int, coupledDecay: Double, decoupledDecay: Double
  ) {
    check([w, g, m, v], range)
    let (c1, c2) = (1 - pow(beta1, Double(step)), 1 - pow(beta2, Double(step)))
    let at = range.lowerBound
    un_adam(
      range.count, w.base + at, g.base + at, m.base + at, v.base + at, Float(rate), Float(beta1), Float(beta2),
      Float(epsilon), Float(c1), Float(c2), Float(coupledDecay), Float(decoupledDecay))
  }

  /// - Parameter first: whether the velocity has seen no gradient yet.
  package static func sgd(
    _ w: Buffer, _ g: Buffer, velocity: Buffer, range: Range<Int>, rate: Double, momentum: Double, nesterov: Bool,
    first: Bool, decay: Double
  ) {
    check([w, g, velocity], range)
    let at = range.lowerBound
    un_sgd(
      range.count, w.base + at, g.base + at, velocity.base + at, Float(rate), Float(momentum), nesterov ? 1 : 0,
      first ? 1 : 0, Float(decay))
  }

  /// `square`: the running mean of g².
  package static func rmsprop(
    _ w: Buffer, _ g: Buffer, square: Buffer, range: Range<Int>, rate: Double, alpha: Double, epsilon: Double,
    decay: Double
  ) {
    check([w, g, square], range)
    let at = range.lowerBound
    un_rmsprop(
      range.count, w.base + at, g.base + at, square.base + at, Float(rate), Float(alpha), Float(epsilon), Float(decay))
  }

  /// `sum`: of g² so far.
  package static func adagrad(
    _ w: Buffer, _ g: Buffer, sum: Buffer, range: Range<Int>, rate: Double, epsilon: Double, decay: Double
  ) {
    check([w, g, sum], range)
    let at = range.lowerBound
    un_adagrad(range.count, w.base + at, g.base + at, sum.base + at, Float(rate), Float(epsilon), Float(decay))
  }

  private static func check(_ buffers: [Buffer], _ range: Range<Int>) {
    precondition(buffers.allSatisfy { $0.count >= range.upperBound } && range.lowerBound >= 0)
  }
}
