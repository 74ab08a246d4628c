import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// One time step of each cell against its formula, and its gradient against central differences of the formula.
@Suite struct GateTests {
  private let pool = Pool()
  private let n = 3
  private let width = 19

  /// d(Σ dy ⊙ f)/d(one element), element by element; `f` gets all inputs and returns all outputs.
  private func slopes(
    _ inputs: [[Double]], _ which: Int, _ dy: [[Double]], _ f: ([[Double]]) -> [[Double]]
  ) -> [Double] {
    inputs[which].indices.map { place in
      derivative { step in
        var moved = inputs
        moved[which][place] += step
        return zip(f(moved), dy).reduce(0) { $0 + zip($1.0, $1.1).reduce(0) { $0 + $1.0 * $1.1 } }
      }
    }
  }

  /// Element j of gate g of row r, gates side by side.
  private func gate(_ all: [Double], _ gates: Int, _ g: Int, _ place: Int) -> Double {
    all[place / width * gates * width + g * width + place % width]
  }

  @Test func rnn() {
    for relu in [false, true] {
      let (a, dy, carry) = (pool.normal(n, width), pool.normal(n, width), pool.normal(n, width))
      let (h, da) = (pool.matrix(n, width), pool.matrix(n, width))
      Kernels.rnnStep(a, relu: relu, into: h)
      #expect(distance(h.array, a.doubles.map { relu ? max(0, $0) : tanh($0) }) < 1e-6)
      Kernels.rnnStepBack(h: h, relu: relu, dy: dy, carry: carry, into: da)
      let total = zip(dy.doubles, carry.doubles).map { $0 + $1 }
      let twin = zip(total, a.doubles).map { $0 * (relu ? ($1 > 0 ? 1 : 0) : 1 - tanh($1) * tanh($1)) }
      #expect(distance(da.array, twin) < 1e-6)
    }
  }

  @Test func lstm() {
    func twin(_ inputs: [[Double]]) -> [[Double]] {
      let (a, before) = (inputs[0], inputs[1])
      let c = (0..<n * width).map { place in
        Twin.sigmoid(gate(a, 4, 1, place)) * before[place]
          + Twin.sigmoid(gate(a, 4, 0, place)) * tanh(gate(a, 4, 2, place))
      }
      return [(0..<n * width).map { Twin.sigmoid(gate(a, 4, 3, $0)) * tanh(c[$0]) }, c]
    }
    let (gates, before) = (pool.normal(n, 4 * width, deviation: 2), pool.normal(n, width))
    let inputs = [gates.doubles, before.doubles]
    let (c, tanhC, h) = (pool.matrix(n, width), pool.matrix(n, width), pool.matrix(n, width))
    Kernels.lstmStep(gates: gates, previousCell: before, cell: c, outputCell: tanhC, hidden: h)
    #expect(distance(h.array, twin(inputs)[0]) < 1e-6 && distance(c.array, twin(inputs)[1]) < 1e-6)
    #expect(distance(tanhC.array, c.doubles.map { tanh($0) }) < 1e-6)
    let (dy, carryH, carryC) = (pool.normal(n, width), pool.normal(n, width), pool.normal(n, width))
    let upstream = [zip(dy.doubles, carryH.doubles).map { $0 + $1 }, carryC.doubles]
    Kernels.lstmStepBack(
      gates: gates, previousCell: before, cell: c, outputCell: tanhC, dy: dy, carryHidden: carryH, carryCell: carryC)
    #expect(distance(gates.array, slopes(inputs, 0, upstream, twin)) < 3e-6)
    #expect(distance(carryC.array, slopes(inputs, 1, upstream, twin)) < 3e-6)
  }

  @Test func gruResetAfter() {
    func twin(_ inputs: [[Double]]) -> [[Double]] {
      let (x, u, before) = (inputs[0], inputs[1], inputs[2])
      return [
        (0..<n * width).map { place in
          let r = Twin.sigmoid(gate(x, 3, 0, place) + gate(u, 3, 0, place))
          let z = Twin.sigmoid(gate(x, 3, 1, place) + gate(u, 3, 1, place))
          let candidate = tanh(gate(x, 3, 2, place) + r * gate(u, 3, 2, place))
          return (1 - z) * candidate + z * before[place]
        }
      ]
    }
    let (gates, recurrent, before) = (pool.normal(n, 3 * width), pool.normal(n, 3 * width), pool.normal(n, width))
    let inputs = [gates.doubles, recurrent.doubles, before.doubles]
    let (recurrentN, h) = (pool.matrix(n, width), pool.matrix(n, width))
    Kernels.gruStep(gates: gates, recurrent: recurrent, previous: before, recurrentN: recurrentN, hidden: h)
    #expect(distance(h.array, twin(inputs)[0]) < 1e-6)
    let (dy, carry) = (pool.normal(n, width), pool.normal(n, width))
    let upstream = [zip(dy.doubles, carry.doubles).map { $0 + $1 }]
    Kernels.gruStepBack(gates: gates, previous: before, recurrentN: recurrentN, dy: dy, carry: carry)
    #expect(distance(gates.array, slopes(inputs, 0, upstream, twin)) < 3e-6)
    let dRecurrent = slopes(inputs, 1, upstream, twin)
    #expect(distance(recurrentN.array, (0..<n * width).map { gate(dRecurrent, 3, 2, $0) }) < 3e-6)
    #expect(distance(carry.array, slopes(inputs, 2, upstream, twin)) < 3e-6)
  }

  /// The product between the two halves is the identity here, so that both loops make one function.
  @Test func gruResetBefore() {
    func twin(_ inputs: [[Double]]) -> [[Double]] {
      let (a, before) = (inputs[0], inputs[1])
      return [
        (0..<n * width).map { place in
          let z = Twin.sigmoid(gate(a, 3, 1, place))
          let candidate = tanh(gate(a, 3, 2, place) + Twin.sigmoid(gate(a, 3, 0, place)) * before[place])
          return (1 - z) * candidate + z * before[place]
        }
      ]
    }
    let (gates, before) = (pool.normal(n, 3 * width), pool.normal(n, width))
    let inputs = [gates.doubles, before.doubles]
    let (reset, h, candidate) = (pool.matrix(n, width), pool.matrix(n, width), gates.columns(2 * width..<3 * width))
    Kernels.gruReset(gates: gates, previous: before, reset: reset)
    Kernels.add(reset, to: candidate)
    let update = gates.columns(width..<3 * width)
    Kernels.updateStep(gates: update, keeps: true, previous: before, hidden: h)
    #expect(distance(h.array, twin(inputs)[0]) < 1e-6)
    let (dy, carry) = (pool.normal(n, width), pool.normal(n, width))
    let upstream = [zip(dy.doubles, carry.doubles).map { $0 + $1 }]
    Kernels.updateStepBack(gates: update, keeps: true, previous: before, dy: dy, carry: carry)
    Kernels.gruResetBack(gates: gates, previous: before, dReset: pool.arena.copy(candidate), addCarry: carry)
    #expect(distance(gates.array, slopes(inputs, 0, upstream, twin)) < 3e-6)
    #expect(distance(carry.array, slopes(inputs, 1, upstream, twin)) < 3e-6)
  }

  /// Inputs of ±50 drive every gate to its end; nothing may overflow on the way there or back.
  @Test func saturationStaysFinite() {
    func extreme(_ gates: Int) -> Matrix {
      pool.matrix(n, gates * width, (0..<n * gates * width).map { $0 % 3 == 0 ? 50 : -50 })
    }
    let (before, c, t, h) = (pool.normal(n, width), pool.matrix(n, width), pool.matrix(n, width), pool.matrix(n, width))
    let (lstm, dy, carryH, carryC) = (extreme(4), pool.normal(n, width), pool.normal(n, width), pool.normal(n, width))
    Kernels.lstmStep(gates: lstm, previousCell: before, cell: c, outputCell: t, hidden: h)
    Kernels.lstmStepBack(
      gates: lstm, previousCell: before, cell: c, outputCell: t, dy: dy, carryHidden: carryH, carryCell: carryC)
    #expect([lstm, c, t, h, carryC].allSatisfy(Kernels.isFinite))
    let (gru, recurrent) = (extreme(3), extreme(3))
    Kernels.gruStep(gates: gru, recurrent: recurrent, previous: before, recurrentN: t, hidden: h)
    Kernels.gruStepBack(gates: gru, previous: before, recurrentN: t, dy: dy, carry: carryH)
    #expect([gru, t, h, carryH].allSatisfy(Kernels.isFinite))
    #expect(h.array.allSatisfy { abs($0) <= 5 })
  }
}
