import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// Calls that would read or write beyond what they are given stop the program instead. Each is made with one number that is wrong; in
/// `rightShapes` all of them have the right one.
@Suite struct KernelShapeTests {
  @Test func rightShapes() async {
    await #expect(processExitsWith: .success) {
      rnnStepBack(stride: 4)
      gruReset(stride: 12)
      gruStepBack(rows: 3)
      updateStepBack(rows: 3)
      lstmStepBack(addPeepholes: true)
      layerNormBack(width: 4)
      discretiseBack(size: 4)
      stateSpaceKernelBack(timeSteps: 2)
      diagonalKernelBack(modes: 4)
      addInitialState(rows: 7)
      poolCausalBack(sequences: 2)
    }
  }

  @Test func gapsBetweenRows() async {
    await #expect(processExitsWith: .failure) { rnnStepBack(stride: 5) }
    await #expect(processExitsWith: .failure) { gruReset(stride: 13) }
  }

  @Test func gatesOfFewerRows() async {
    await #expect(processExitsWith: .failure) { gruStepBack(rows: 2) }
    await #expect(processExitsWith: .failure) { updateStepBack(rows: 2) }
  }

  @Test func peepholesThatAreNotThere() async {
    await #expect(processExitsWith: .failure) { lstmStepBack(addPeepholes: false) }
  }

  @Test func gradientsOfNorms() async {
    await #expect(processExitsWith: .failure) { layerNormBack(width: 3) }
  }

  @Test func gradientsOfDenseSystems() async {
    await #expect(processExitsWith: .failure) { discretiseBack(size: 3) }
    await #expect(processExitsWith: .failure) { stateSpaceKernelBack(timeSteps: 1) }
  }

  @Test func gradientsOfDiagonalSystems() async {
    await #expect(processExitsWith: .failure) { diagonalKernelBack(modes: 2) }
    await #expect(processExitsWith: .failure) { addInitialState(rows: 6) }
  }

  @Test func statesOfPools() async {
    await #expect(processExitsWith: .failure) { poolCausalBack(sequences: 1) }
  }

  #if os(Linux)
    /// What a kernel asks of the system it gets, or the process ends; nothing is written to address zero.
    @Test func memoryThatTheSystemDoesNotGive() async {
      await #expect(processExitsWith: .signal(SIGABRT)) {
        let (pool, n) = (Pool(), 1500)
        let (a, b, logDt) = (pool.matrix(n, n), pool.matrix(1, n), pool.matrix(1, 1))
        let system = DiscreteSystem(channels: 1, timeSteps: 1, stateSize: n)
        _ = Kernels.singleThread
        var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
        guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { exit(0) }
        Kernels.discretise(a: a, b: b, logDt: logDt, into: system)
      }
    }
  #endif
}

private func rnnStepBack(stride: Int) {
  let pool = Pool()
  let h = pool.matrix(3, 4)
  Kernels.rnnStepBack(h: h, relu: false, dy: h, carry: h, into: pool.matrix(3, stride).columns(0..<4))
}

private func gruReset(stride: Int) {
  let pool = Pool()
  let h = pool.matrix(3, 4)
  Kernels.gruReset(gates: pool.matrix(3, stride).columns(0..<12), previous: h, reset: h)
}

private func gruStepBack(rows: Int) {
  let pool = Pool()
  let h = pool.matrix(3, 4)
  Kernels.gruStepBack(gates: pool.matrix(rows, 12), previous: h, recurrentN: h, dy: h, carry: h)
}

private func updateStepBack(rows: Int) {
  let pool = Pool()
  let h = pool.matrix(3, 4)
  Kernels.updateStepBack(gates: pool.matrix(rows, 8), keeps: true, previous: h, dy: h, carry: h)
}

private func lstmStepBack(addPeepholes: Bool) {
  let pool = Pool()
  let (h, peepholes) = (pool.matrix(3, 4), pool.matrix(3, 4))
  Kernels.lstmStepBack(
    .peepholes, peepholes: peepholes, gates: pool.matrix(3, 16), previousCell: h, cell: h, outputCell: h, dy: h,
    carryHidden: h, carryCell: h, addPeepholes: addPeepholes ? peepholes : nil)
}

private func layerNormBack(width: Int) {
  let pool = Pool()
  let (x, row) = (pool.matrix(3, 4), pool.matrix(1, 4))
  Kernels.layerNormBack(
    normalised: x, inverse: pool.matrix(3, 1), scale: row, x, into: x, addScale: pool.matrix(1, width), addShift: row)
}

private func discretiseBack(size: Int) {
  let pool = Pool()
  let (b, logDt) = (pool.matrix(1, 4), pool.matrix(1, 2))
  Kernels.discretiseBack(
    a: pool.matrix(4, 4), b: b, logDt: logDt, gradient: DiscreteSystem(channels: 3, timeSteps: 2, stateSize: 4),
    addA: pool.matrix(size, size), addB: b, addLogDt: logDt)
}

private func stateSpaceKernelBack(timeSteps: Int) {
  let pool = Pool()
  let c = pool.matrix(3, 4)
  DiscreteSystem(channels: 3, timeSteps: 2, stateSize: 4).kernelBack(
    pool.matrix(3, 9), c: c, arena: pool.arena, into: DiscreteSystem(channels: 3, timeSteps: timeSteps, stateSize: 4),
    addC: c)
}

private func diagonalKernelBack(modes: Int) {
  let pool = Pool()
  let c = pool.matrix(3, 8)
  DiagonalSystem(channels: 3, count: 4, modes: .pairs).kernelBack(
    pool.matrix(3, 9), c: c, arena: pool.arena, into: DiagonalSystem(channels: 3, count: modes, modes: .pairs), addC: c)
}

private func addInitialState(rows: Int) {
  let pool = Pool()
  DiagonalSystem(channels: 3, count: 4, modes: .pairs).addInitialState(
    pool.matrix(2, 24), c: pool.matrix(3, 8), PackedSteps(lengths: [5, 2]), arena: pool.arena,
    to: pool.matrix(rows, 3))
}

private func poolCausalBack(sequences: Int) {
  let pool = Pool()
  let (h, scores) = (pool.matrix(3, 4), pool.matrix(3, 1))
  Kernels.poolCausalBack(
    PackedSteps(lengths: [2, 1]), scores: scores, hidden: h, logSums: pool.matrix(5, 1), pooled: pool.matrix(5, 4),
    dy: h,
    carryLogSum: pool.matrix(2, 1), carryPooled: pool.matrix(sequences, 4), dScores: scores, dHidden: h)
}
