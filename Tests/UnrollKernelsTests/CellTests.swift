import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// The less common cells at their ends; their values and gradients stand in the float64 reference cases and the contract.
@Suite struct CellTests {
  private let pool = Pool()
  private let n = 3
  private let width = 19

  private func extreme(_ gates: Int) -> Matrix {
    pool.matrix(n, gates * width, (0..<n * gates * width).map { [50, -50, 300, -300, 0.5][$0 % 5] })
  }

  private func states(_ count: Int) -> [Matrix] { (0..<count).map { _ in pool.normal(n, width) } }

  @Test func saturationStaysFinite() {
    let s = states(8)
    for variant in (0..<8).map({ Kernels.LSTMVariant(rawValue: $0) }) {
      let (gates, peep, dPeep) = (extreme(variant.gates), pool.normal(3, width), pool.matrix(3, width))
      let own = (peep.rows(0..<variant.peepholeRows), dPeep.rows(0..<variant.peepholeRows))
      Kernels.lstmStep(
        variant, peepholes: own.0, gates: gates, previousCell: s[0], cell: s[1], outputCell: s[2], hidden: s[3])
      Kernels.lstmStepBack(
        variant, peepholes: own.0, gates: gates, previousCell: s[0], cell: s[1], outputCell: s[2], dy: s[4],
        carryHidden: s[5], carryCell: s[6], addPeepholes: own.1)
      #expect([gates, s[1], s[3], s[6], dPeep].allSatisfy(Kernels.isFinite), "variant \(variant.rawValue)")
    }
    for keeps in [false, true] {
      let gates = extreme(2)
      Kernels.updateStep(gates: gates, keeps: keeps, previous: s[0], hidden: s[1])
      #expect([gates, s[1]].allSatisfy(Kernels.isFinite))
    }
  }

  /// From the empty state (m = −∞) and from one far away; with both forget gates.
  @Test func sLSTMStaysFinite() {
    for exponential in [false, true] {
      for m in [-Float.infinity, 0, 80] {
        let (gates, h) = (extreme(4), pool.matrix(n, width))
        let before = (c: pool.matrix(n, width), n: pool.matrix(n, width), m: pool.matrix(n, width))
        before.m.fill(m)
        if m.isFinite { before.n.fill(1) }
        let now = (c: pool.matrix(n, width), n: pool.matrix(n, width), m: pool.matrix(n, width))
        let (forget, carry) = (pool.matrix(n, width), states(4))
        Kernels.slstmStep(
          exponentialForget: exponential, gates: gates, previous: before, now: now, forget: forget, hidden: h)
        #expect([gates, now.c, now.n, now.m, h].allSatisfy(Kernels.isFinite))
        #expect(h.array.allSatisfy { abs($0) <= 1.000001 }, "a mean of values within ±1")
        Kernels.slstmStepBack(
          gates: gates, previous: (before.c, before.n), now: (now.c, now.n), forget: forget, dy: carry[0],
          carryHidden: carry[1], carry: (carry[2], carry[3]), excess: pool.matrix(n, width))
        #expect([gates, carry[2], carry[3]].allSatisfy(Kernels.isFinite))
      }
    }
  }
}
