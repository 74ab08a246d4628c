import TestSupport
import Testing

@testable import UnrollKernels

@Suite struct MemoryTests {
  @Test func everyMatrixIsAligned() {
    let arena = Arena()
    for (rows, columns) in [(1, 1), (3, 5), (7, 16), (1, 17), (300, 301)] {
      #expect(UInt(bitPattern: arena.matrix(rows, columns).base) % 64 == 0)
    }
    let buffer = Buffer(count: 5)
    withExtendedLifetime(buffer) {
      #expect(UInt(bitPattern: buffer.base) % 64 == 0)
      #expect(buffer.matrix(rows: 1, columns: 5).array == [0, 0, 0, 0, 0])
    }
  }

  @Test func matricesDoNotOverlap() {
    let arena = Arena()
    let matrices = (1..<40).map { arena.matrix($0, 41 - $0) }
    for (index, matrix) in matrices.enumerated() { matrix.fill(Float(index)) }
    for (index, matrix) in matrices.enumerated() { #expect(matrix.array.allSatisfy { $0 == Float(index) }) }
  }

  @Test func resetLendsTheSameMemoryAgain() {
    let arena = Arena()
    let first = arena.matrix(3, 5).base
    arena.reset()
    #expect(arena.matrix(2, 4).base == first)
  }

  @Test func onlyTheFirstStepGrows() {
    let arena = Arena()
    for step in 0..<4 {
      arena.reset()
      let before = arena.growths
      for _ in 0..<50 { _ = arena.zeros(100, 90) }
      #expect(step == 0 ? arena.growths > 1 : arena.growths == before)
    }
    #expect(arena.capacity >= 50 * 9000)
  }

  @Test func lentMemoryCanBeMadeNotANumber() {
    let (plain, poisoned) = (Arena(), Arena.$lending.withValue(.notANumber) { Arena() })
    for _ in 0..<2 {
      let matrix = poisoned.matrix(3, 5)
      #expect(matrix.array.allSatisfy { $0.isNaN } && poisoned.zeros(3, 5).array.allSatisfy { $0 == 0 })
      // So that memory lent again is seen as well.
      matrix.fill(1)
      poisoned.reset()
    }
    plain.matrix(3, 5).fill(1)
    plain.reset()
    #expect(plain.matrix(3, 5).array.allSatisfy { $0 == 1 })
  }

  @Test func viewsShareElements() {
    let pool = Pool()
    let matrix = pool.matrix(3, 4, (0..<12).map(Float.init))
    let inner = matrix.rows(1..<3).columns(1..<3)
    #expect(inner.array == [5, 6, 9, 10] && !inner.isContiguous && inner.stride == 4)
    inner.fill(-1)
    #expect(matrix.array == [0, 1, 2, 3, 4, -1, -1, 7, 8, -1, -1, 11])
    #expect(arrayOfCopy(inner, pool) == [-1, -1, -1, -1])
  }

  @Test func rowsOfAnotherLength() {
    let matrix = Pool().matrix(3, 8, (0..<24).map(Float.init))
    let pairs = matrix.rows(1..<2).columns(2..<8).reshaped(rows: 3, columns: 2)
    #expect(pairs.array == [10, 11, 12, 13, 14, 15])
    pairs.fill { Float($0) }
    #expect(matrix.rows(1..<2).array == [8, 9, 0, 1, 2, 3, 4, 5])
    let buffer = Buffer(count: 7)
    withExtendedLifetime(buffer) {
      buffer.matrix(rows: 2, columns: 2, from: 3).fill(1)
      #expect(buffer.row.array == [0, 0, 0, 1, 1, 1, 1])
    }
  }

  private func arrayOfCopy(_ matrix: Matrix, _ pool: Pool) -> [Float] { pool.arena.copy(matrix).array }
}

/// Wrong shapes stop the program where they are made or multiplied.
@Suite struct ShapeTests {
  @Test func products() async {
    await #expect(processExitsWith: .failure) {
      let arena = Arena()
      Kernels.multiply(arena.zeros(2, 3), arena.zeros(4, 5), into: arena.zeros(2, 5))
    }
    await #expect(processExitsWith: .failure) {
      let arena = Arena()
      Kernels.multiply(arena.zeros(2, 3), arena.zeros(3, 5), into: arena.zeros(5, 2))
    }
  }

  @Test func views() async {
    await #expect(processExitsWith: .failure) { _ = Arena().zeros(2, 3).rows(1..<3) }
    await #expect(processExitsWith: .failure) { _ = Arena().zeros(2, 3).columns(0..<4) }
    await #expect(processExitsWith: .failure) { _ = Buffer(count: 5).matrix(rows: 2, columns: 3) }
    await #expect(processExitsWith: .failure) { _ = Buffer(count: 5).matrix(rows: 2, columns: 2, from: 2) }
    await #expect(processExitsWith: .failure) { _ = Buffer(count: 5).matrix(rows: 1, columns: 2, from: -1) }
    await #expect(processExitsWith: .failure) { _ = Arena().zeros(4, 3).reshaped(rows: 3, columns: 3) }
    await #expect(processExitsWith: .failure) { _ = Arena().zeros(3, 4).columns(0..<2).reshaped(rows: 2, columns: 3) }
  }

  @Test func batches() async {
    await #expect(processExitsWith: .failure) { _ = PackedSteps(lengths: [3, 4]) }
    await #expect(processExitsWith: .failure) { _ = PackedSteps(lengths: [3, 0]) }
    await #expect(processExitsWith: .failure) { _ = PackedSteps(lengths: []) }
  }

  @Test func targets() async {
    await #expect(processExitsWith: .failure) {
      let pool = Pool()
      _ = Kernels.softmaxLoss(pool.matrix(1, 3), targets: [3], weight: 1)
    }
  }
}
