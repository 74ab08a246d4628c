import Testing
import UnrollKernels

/// The convolution and its gradients against their sums in double precision.
@Suite struct ConvolutionTests {
  private let pool = Pool()

  /// What a convolution reads, and what the fast one makes of it.
  private struct Run {
    let steps: PackedSteps
    let u, kernel, d, dy: Matrix
    let y, du, dKernel, dD: Matrix

    init(_ lengths: [Int], channels: Int, _ pool: Pool) {
      steps = PackedSteps(lengths: lengths)
      (u, dy) = (pool.normal(steps.rows, channels), pool.normal(steps.rows, channels))
      (kernel, d) = (pool.normal(channels, steps.steps), pool.normal(1, channels))
      (y, du) = (pool.matrix(steps.rows, channels), pool.matrix(steps.rows, channels))
      (dKernel, dD) = (pool.matrix(channels, steps.steps), pool.matrix(1, channels))
      Kernels.convolve(u, kernel: kernel, d: d, steps, arena: pool.arena, into: y)
      Kernels.convolveBack(
        u, kernel: kernel, d: d, steps, arena: pool.arena, dy: dy, du: du, dKernel: dKernel, addD: dD)
    }

    /// The values of one channel of one sequence, step by step.
    func signal(_ rows: Matrix, _ b: Int, _ h: Int) -> [Double] {
      (0..<Int(steps.lengths[b])).map { rows.at(Int(steps.offset[$0]) + b, h) }
    }
  }

  private func check(_ lengths: [Int], channels: Int) {
    let run = Run(lengths, channels: channels, pool)
    var (y, du, dKernel, dD): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    var (ours, oursBack): ([Float], [Float]) = ([], [])
    for h in 0..<channels {
      let (k, d) = ((0..<run.steps.steps).map { run.kernel.at(h, $0) }, run.d.at(0, h))
      var (dk, along) = ([Double](repeating: 0, count: k.count), 0.0)
      for b in 0..<run.steps.sequences {
        let (u, dy) = (run.signal(run.u, b, h), run.signal(run.dy, b, h))
        var (out, back) = (u.map { d * $0 }, dy.map { d * $0 })
        for t in u.indices {
          along += u[t] * dy[t]
          for l in 0...t {
            out[t] += k[l] * u[t - l]
            back[t - l] += k[l] * dy[t]
            dk[l] += u[t - l] * dy[t]
          }
        }
        (y, du) = (y + out, du + back)
        ours += run.signal(run.y, b, h).map(Float.init)
        oursBack += run.signal(run.du, b, h).map(Float.init)
      }
      (dKernel, dD) = (dKernel + dk, dD + [along])
    }
    #expect(distance(ours, y) < 2e-6 && distance(oursBack, du) < 2e-6, "\(lengths)")
    #expect(distance(run.dKernel.array, dKernel) < 2e-6 && distance(run.dD.array, dD) < 2e-6, "\(lengths)")
  }

  /// Sums up to a length, transforms beyond it; one channel, less and more than fit side by side; pairs of sequences that end
  /// together or apart, and one without a partner.
  @Test(arguments: 1...70)
  func everyShortLength(_ length: Int) {
    check([length, (2 * length + 2) / 3, (length + 1) / 2], channels: [1, 7, 16, 19, 35][length % 5])
    check([length], channels: 2)
  }

  @Test(arguments: [
    [127, 127], [128, 128, 5], [129, 5], [240, 239, 238, 1], [375, 1, 1], [40, 40, 33], [1000, 700, 650], [1025, 1024],
  ])
  func longer(_ lengths: [Int]) {
    check(lengths, channels: 17)
  }

  /// Too long for all sums: some of them, and what follows from linearity, ⟨y, dy⟩ = ⟨u, du⟩ = ⟨k, dk⟩ + ⟨D, dD⟩.
  @Test(arguments: [[3001, 2999], [5000, 4097, 1], [16384, 9000]])
  func longest(_ lengths: [Int]) {
    let run = Run(lengths, channels: 3, pool)
    func product(_ a: Matrix, _ b: Matrix) -> Double { zip(a.doubles, b.doubles).reduce(0) { $0 + $1.0 * $1.1 } }
    let whole = (product(run.y, run.y) * product(run.dy, run.dy)).squareRoot()
    let expected = product(run.y, run.dy)
    #expect(abs(product(run.u, run.du) - expected) < 1e-7 * whole)
    #expect(abs(product(run.kernel, run.dKernel) + product(run.d, run.dD) - expected) < 1e-7 * whole)
    for b in lengths.indices {
      for h in 0..<3 {
        let (u, dy, y, du) = (
          run.signal(run.u, b, h), run.signal(run.dy, b, h), run.signal(run.y, b, h), run.signal(run.du, b, h)
        )
        let (k, d, scale) = (
          (0..<run.steps.steps).map { run.kernel.at(h, $0) }, run.d.at(0, h), Double(u.count).squareRoot()
        )
        for t in [0, u.count / 3, u.count / 2, u.count - 1] {
          #expect(abs(y[t] - (0...t).reduce(d * u[t]) { $0 + k[$1] * u[t - $1] }) < 4e-6 * scale)
          #expect(abs(du[t] - (t..<u.count).reduce(d * dy[t]) { $0 + k[$1 - t] * dy[$1] }) < 4e-6 * scale)
        }
      }
    }
  }
}
