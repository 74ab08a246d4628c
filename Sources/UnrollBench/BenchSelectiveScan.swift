import CLibrary
import UnrollCore
import UnrollKernels

/// What a selective scan alone reads: x, Δ = softplus(normal − 2) [R,H], B and C [R,N], A = −1…−N [H,N], D [H].
struct SelectiveScanInputs {
  let x, delta, b, c, dy: RandomRows
  let a, d: Buffer

  init(_ item: BenchCase, _ random: RandomSource) {
    let (width, size) = (item.hidden, item.state)
    x = RandomRows(item, width, random.split("x"))
    delta = RandomRows(item, width, random.split("delta")) { log1p(exp($0 - 2)) }
    b = RandomRows(item, size, random.split("B"))
    c = RandomRows(item, size, random.split("C"))
    dy = RandomRows(item, width, random.split("gradient"))
    a = Buffer(count: width * size)
    a.row.fill { -Float($0 % size + 1) }
    d = Buffer(count: width)
    var source = random.split("D")
    d.row.fill(normal: &source)
  }
}

/// The scan over some sequences: gradients of x, Δ, B, C, and of A and D, which all sequences share.
///
/// Unchecked: one thread at a time runs it, and what shards share is only read.
final class SelectiveScanShard: OperatorShard, @unchecked Sendable {
  /// Of A, then of D.
  let gradients: Buffer
  private let a, d, x, delta, b, c, dy: Buffer
  private let steps: PackedSteps
  private let (width, size): (Int, Int)
  private let arena = Arena()

  init(_ inputs: SelectiveScanInputs, _ item: BenchCase, _ columns: Range<Int>) {
    (width, size) = (item.hidden, item.state)
    steps = PackedSteps(count: columns.count, length: item.length)
    (a, d) = (inputs.a, inputs.d)
    (x, delta, dy) = (inputs.x.columns(columns), inputs.delta.columns(columns), inputs.dy.columns(columns))
    (b, c) = (inputs.b.columns(columns), inputs.c.columns(columns))
    gradients = Buffer(count: a.count + d.count)
  }

  func run() {
    arena.reset()
    gradients.row.fill(0)
    let system = SelectiveSystem(
      a: a.matrix(rows: width, columns: size), d: d.row, u: rows(x, width), delta: rows(delta, width),
      b: rows(b, size), c: rows(c, size), initial: nil)
    let (y, final) = (arena.matrix(steps.rows, width), arena.matrix(steps.sequences, width * size))
    let checkpoints = Kernels.selectiveScan(system, steps, arena: arena, wayBack: true, y: y, final: final)!
    let all = gradients.row
    let gradient = SelectiveGradient(
      addA: gradients.matrix(rows: width, columns: size), addD: all.columns(a.count..<all.columns),
      u: arena.matrix(steps.rows, width), delta: arena.matrix(steps.rows, width),
      addB: arena.zeros(steps.rows, size), addC: arena.zeros(steps.rows, size), initial: nil)
    Kernels.selectiveScanBack(
      system, steps, arena: arena, checkpoints: checkpoints, dy: rows(dy, width), gradient)
  }

  private func rows(_ buffer: Buffer, _ width: Int) -> Matrix { buffer.matrix(rows: steps.rows, columns: width) }
}
