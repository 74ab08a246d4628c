import CLibrary
import UnrollCore
import UnrollKernels

/// Two ways to the same numbers.
struct GuardPair {
  let kernel: () -> Void
  let plain: () -> Void
  /// What both write.
  let result: Matrix
  /// Where all matrices lie.
  private let memory: GuardMemory

  /// The kernels on which most training time rests.
  static let all: [(name: String, make: @Sendable () -> GuardPair)] = [
    ("packed-product", packedProduct), ("lstm-step", lstmStep), ("convolution", convolution),
    ("selective-scan", selectiveScan), ("softmax-loss", softmaxLoss), ("adam", adam),
  ]

  /// The recurrent product of an LSTM, its weights packed once, against OpenBLAS.
  private static func packedProduct() -> GuardPair {
    let memory = GuardMemory()
    let (h, w, gates) = (memory.random(32, 128), memory.random(128, 512), memory.zeros(32, 512))
    let packed = PackedWeights(w, transposed: false, memory.arena)
    return GuardPair(
      kernel: { for _ in 0..<50 { Kernels.multiply(h, packed, into: gates) } },
      plain: { for _ in 0..<50 { Kernels.blasMultiply(h, w, into: gates) } }, result: gates, memory: memory)
  }

  /// One step of an LSTM against OpenBLAS and a loop over the gates with the C library's functions.
  private static func lstmStep() -> GuardPair {
    let memory = GuardMemory()
    let (rows, width) = (32, 128)
    let (previous, w) = (memory.random(rows, width), memory.random(width, 4 * width, 0.1))
    let (before, cell, outputCell) = (memory.random(rows, width), memory.zeros(rows, width), memory.zeros(rows, width))
    let (input, gates) = (memory.random(rows, 4 * width), memory.zeros(rows, 4 * width))
    let hidden = memory.zeros(rows, width)
    let packed = PackedWeights(w, transposed: false, memory.arena)
    return GuardPair(
      kernel: {
        for _ in 0..<20 {
          Kernels.copy(input, to: gates)
          Kernels.multiply(previous, packed, adding: true, into: gates)
          Kernels.lstmStep(gates: gates, previousCell: before, cell: cell, outputCell: outputCell, hidden: hidden)
        }
      },
      plain: {
        for _ in 0..<20 {
          Kernels.copy(input, to: gates)
          Kernels.blasMultiply(previous, w, adding: true, into: gates)
          PlainLoops.lstmGates(gates, before, cell, hidden)
        }
      }, result: hidden, memory: memory)
  }

  /// The convolution of a state space by FFT against the double sum.
  private static func convolution() -> GuardPair {
    let memory = GuardMemory()
    let (length, batch, width) = (1024, 2, 16)
    let steps = PackedSteps(count: batch, length: length)
    let (u, kernel) = (memory.random(steps.rows, width), memory.random(width, length, 0.05))
    let (d, y, arena) = (memory.random(1, width), memory.zeros(steps.rows, width), Arena())
    return GuardPair(
      kernel: {
        arena.reset()
        Kernels.convolve(u, kernel: kernel, d: d, steps, arena: arena, into: y)
      },
      plain: { PlainLoops.convolve(u, kernel, d, batch, y) }, result: y, memory: memory)
  }

  /// The selective scan against the recurrence as it stands in its paper.
  private static func selectiveScan() -> GuardPair {
    let memory = GuardMemory()
    let (length, batch, width, size) = (256, 2, 64, 16)
    let steps = PackedSteps(count: batch, length: length)
    let (a, d) = (memory.zeros(width, size), memory.random(1, width))
    a.fill { -Float($0 % size + 1) }
    let (u, delta) = (memory.random(steps.rows, width), memory.random(steps.rows, width))
    delta.assign(delta.array.map { log1p(exp($0 - 2)) })
    let (b, c) = (memory.random(steps.rows, size), memory.random(steps.rows, size))
    let (y, final, arena) = (memory.zeros(steps.rows, width), memory.zeros(batch, width * size), Arena())
    let system = SelectiveSystem(a: a, d: d, u: u, delta: delta, b: b, c: c, initial: nil)
    return GuardPair(
      kernel: {
        arena.reset()
        _ = Kernels.selectiveScan(system, steps, arena: arena, wayBack: false, y: y, final: final)
      },
      plain: { PlainLoops.selectiveScan(a, d, u, delta, b, c, batch, final, y) }, result: y, memory: memory)
  }

  /// Loss and gradient in one pass over the logits against one loop after the other.
  private static func softmaxLoss() -> GuardPair {
    let memory = GuardMemory()
    let (logits, work) = (memory.random(1024, 64), memory.zeros(1024, 64))
    let targets = (0..<1024).map { Int32($0 * 7 % 64) }
    return GuardPair(
      kernel: {
        Kernels.copy(logits, to: work)
        _ = Kernels.softmaxLoss(work, targets: targets, weight: 1)
      },
      plain: {
        Kernels.copy(logits, to: work)
        _ = PlainLoops.softmaxLoss(work, targets)
      }, result: work, memory: memory)
  }

  /// Adam's second update of a block of weights.
  private static func adam() -> GuardPair {
    let memory = GuardMemory()
    let count = 1 << 14
    let (start, square) = (memory.random(1, count), memory.random(1, count))
    square.assign(square.array.map { $0 * $0 })
    let (w, g, m, v) = (Buffer(count: count), Buffer(count: count), Buffer(count: count), Buffer(count: count))
    Kernels.copy(start, to: g.row)
    func begin() {
      Kernels.copy(start, to: w.row)
      Kernels.copy(start, to: m.row)
      Kernels.copy(square, to: v.row)
    }
    return GuardPair(
      kernel: {
        begin()
        Kernels.adam(
          w, g, mean: m, square: v, range: 0..<count, rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 2,
          coupledDecay: 0, decoupledDecay: 0)
      },
      plain: {
        begin()
        PlainLoops.adam(w.row, g.row, m.row, v.row, rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 2)
      }, result: w.row, memory: memory)
  }
}

/// Matrices that live as long as their arena.
private struct GuardMemory {
  let arena = Arena()

  func zeros(_ rows: Int, _ columns: Int) -> Matrix { arena.zeros(rows, columns) }

  func random(_ rows: Int, _ columns: Int, _ scale: Double = 1) -> Matrix {
    let matrix = arena.matrix(rows, columns)
    var source = RandomSource(seed: UInt64(rows * 65_537 + columns))
    matrix.fill(normal: &source, deviation: scale)
    return matrix
  }
}
