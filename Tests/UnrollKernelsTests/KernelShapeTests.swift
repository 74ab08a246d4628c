import TestSupport
import Testing
import UnrollKernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

#if compiler(>=6.2)
  /// Calls that would read or write beyond what they are given stop the program instead.
  @Suite struct KernelShapeTests {
    @Test func gapsBetweenRows() async {
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (h, gaps) = (pool.matrix(3, 4), pool.matrix(3, 5).columns(0..<4))
        Kernels.rnnStepBack(h: h, relu: false, dy: h, carry: h, into: gaps)
      }
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (gates, h) = (pool.matrix(3, 13).columns(0..<12), pool.matrix(3, 4))
        Kernels.gruReset(gates: gates, previous: h, reset: h)
      }
    }

    @Test func gatesOfFewerRows() async {
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (gates, h) = (pool.matrix(2, 12), pool.matrix(3, 4))
        Kernels.gruStepBack(gates: gates, previous: h, recurrentN: h, dy: h, carry: h)
      }
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (gates, h) = (pool.matrix(2, 8), pool.matrix(3, 4))
        Kernels.updateStepBack(gates: gates, keeps: true, previous: h, dy: h, carry: h)
      }
    }

    @Test func peepholesThatAreNotThere() async {
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (gates, h) = (pool.matrix(3, 16), pool.matrix(3, 4))
        Kernels.lstmStepBack(
          .peepholes, peepholes: pool.matrix(3, 4), gates: gates, previousCell: h, cell: h, outputCell: h, dy: h,
          carryHidden: h, carryCell: h)
      }
    }

    @Test func gradientsOfNorms() async {
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (x, row, rows) = (pool.matrix(3, 4), pool.matrix(1, 4), pool.matrix(3, 1))
        Kernels.layerNormBack(
          normalised: x, inverse: rows, scale: row, x, into: x, addScale: pool.matrix(1, 3), addShift: row)
      }
    }

    @Test func gradientsOfDenseSystems() async {
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (a, b, logDt) = (pool.matrix(4, 4), pool.matrix(1, 4), pool.matrix(1, 2))
        Kernels.discretiseBack(
          a: a, b: b, logDt: logDt, gradient: DiscreteSystem(channels: 3, timeSteps: 2, stateSize: 4),
          addA: pool.matrix(3, 3), addB: b, addLogDt: logDt)
      }
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (c, kernel) = (pool.matrix(3, 4), pool.matrix(3, 9))
        Kernels.stateSpaceKernelBack(
          c: c, system: DiscreteSystem(channels: 3, timeSteps: 2, stateSize: 4), dKernel: kernel, arena: pool.arena,
          gradient: DiscreteSystem(channels: 3, timeSteps: 1, stateSize: 4), addC: c)
      }
    }

    @Test func gradientsOfDiagonalSystems() async {
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (c, kernel) = (pool.matrix(3, 8), pool.matrix(3, 9))
        Kernels.diagonalKernelBack(
          c: c, system: DiagonalSystem(channels: 3, count: 4, modes: .pairs), dKernel: kernel, arena: pool.arena,
          gradient: DiagonalSystem(channels: 3, count: 2, modes: .pairs), addC: c)
      }
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (steps, c) = (PackedSteps(lengths: [5, 2]), pool.matrix(3, 8))
        Kernels.addInitialState(
          pool.matrix(2, 24), c: c, system: DiagonalSystem(channels: 3, count: 4, modes: .pairs), steps,
          arena: pool.arena, to: pool.matrix(6, 3))
      }
    }

    @Test func statesOfPools() async {
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        let (steps, h, scores) = (PackedSteps(lengths: [2, 1]), pool.matrix(3, 4), pool.matrix(3, 1))
        Kernels.poolCausalBack(
          steps, scores: scores, hidden: h, logSums: pool.matrix(5, 1), pooled: pool.matrix(5, 4), dy: h,
          carryLogSum: pool.matrix(2, 1), carryPooled: pool.matrix(1, 4), dScores: scores, dHidden: h)
      }
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
#endif
