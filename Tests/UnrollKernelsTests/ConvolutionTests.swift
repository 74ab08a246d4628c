import TestSupport
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

    /// - Parameters:
    ///   - sizes: of the sequences' values; 1 where none is given.
    ///   - broken: stands in every channel of the second sequence.
    init(_ lengths: [Int], channels: Int, _ pool: Pool, sizes: [Float] = [], broken: Float? = nil) {
      steps = PackedSteps(lengths: lengths)
      (u, dy) = (pool.normal(steps.rows, channels), pool.normal(steps.rows, channels))
      (kernel, d) = (pool.normal(channels, steps.steps), pool.normal(1, channels))
      (y, du) = (pool.matrix(steps.rows, channels), pool.matrix(steps.rows, channels))
      (dKernel, dD) = (pool.matrix(channels, steps.steps), pool.matrix(1, channels))
      for (row, sequence) in steps.sequenceOfRow.enumerated() where Int(sequence) < sizes.count {
        for rows in [u, dy] { Kernels.scale(rows.rows(row..<row + 1), by: sizes[Int(sequence)]) }
      }
      if let broken {
        for rows in [u, dy] { rows.rows(Int(steps.offset[40]) + 1..<Int(steps.offset[40]) + 2).fill(broken) }
      }
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
  @Test(arguments: 1...120)
  func everyShortLength(_ length: Int) {
    check([length, (2 * length + 2) / 3, (length + 1) / 2], channels: [1, 7, 16, 19, 35][length % 5])
    check([length], channels: 2)
  }

  @Test(arguments: [
    [121, 121, 120], [126, 126, 100], [126], [127, 127], [128, 128, 5], [129, 5], [160, 159], [161, 3], [200],
    [300, 299], [600],
    [240, 239, 238, 1], [375, 1, 1], [40, 40, 33], [1000, 700, 650], [1025, 1024],
    [1000],
  ])
  func longer(_ lengths: [Int]) {
    check(lengths, channels: 17)
  }

  /// Primes among them, the lengths around those where a transform gets rows and columns, and powers of two and five. Too long for
  /// all sums: steps at the ends, about every boundary of a block, and between, against double precision.
  @Test(arguments: [
    [1023, 1021], [1281, 1], [1600], [2500, 3], [3100], [3500], [4000], [6000], [6300], [7000], [10_000], [12_000],
    [12_500],
    [20_000], [30_000], [140_000], [2048, 2047, 100], [3001, 2999], [5000, 4097, 1], [7919], [8192, 8191],
    [16384, 9000],
    [32771], [65536], [65537, 30000], [100_003], [131_071], [131_072, 5],
  ])
  func longest(_ lengths: [Int]) {
    let (run, channels) = (Run(lengths, channels: 2, pool), 2)
    let count = run.steps.steps
    let edges: [Int] = [0, 1, 7, 8, 15, 16, 17, count / 2, count / 2 + 1, count - 9, count - 2, count - 1]
    let places: [Int] = edges + (1...40).map { $0 * 7919 % count }
    for h in 0..<channels {
      let (k, d) = ((0..<count).map { run.kernel.at(h, $0) }, run.d.at(0, h))
      let us = lengths.indices.map { run.signal(run.u, $0, h) }
      let dys = lengths.indices.map { run.signal(run.dy, $0, h) }
      var (ours, sums): ([Float], [Double]) = ([], [])
      var (oursBack, sumsBack): ([Float], [Double]) = ([], [])
      for (b, length) in lengths.enumerated() {
        let (y, du) = (run.signal(run.y, b, h), run.signal(run.du, b, h))
        for t in places where t < length {
          ours.append(Float(y[t]))
          sums.append(Self.sum(k, us[b], lag: t) + d * us[b][t])
          oursBack.append(Float(du[t]))
          sumsBack.append(Self.correlation(k, dys[b], lag: t) + d * dys[b][t])
        }
      }
      #expect(distance(ours, sums) < 2e-6 && distance(oursBack, sumsBack) < 2e-6)
      let gradient = places.map { l in lengths.indices.reduce(0) { $0 + Self.correlation(us[$1], dys[$1], lag: l) } }
      #expect(distance(places.map { run.dKernel[h, $0] }, gradient) < 2e-6)
      let dD = lengths.indices.reduce(0) { $0 + Self.correlation(us[$1], dys[$1], lag: 0) }
      #expect(abs(run.dD.at(0, h) - dD) < 2e-6 * Double(run.steps.rows).squareRoot())
    }
  }

  /// Σ_l k_l u_{t-l}
  private static func sum(_ k: [Double], _ u: [Double], lag t: Int) -> Double {
    (0...t).reduce(0) { $0 + k[$1] * u[t - $1] }
  }

  /// Σ_t a_{t-l} b_t
  private static func correlation(_ a: [Double], _ b: [Double], lag l: Int) -> Double {
    l < b.count ? (l..<b.count).reduce(0) { $0 + a[$1 - l] * b[$1] } : 0
  }

  /// Two sequences that are one signal: the smaller is rounded to the size of the larger.
  @Test func partnersOfDifferentSize() {
    let run = Run([200, 190], channels: 17, pool, sizes: [1, 1e4])
    var (worst, largest) = (0.0, 0.0)
    for h in 0..<17 {
      let (k, d) = ((0..<200).map { run.kernel.at(h, $0) }, run.d.at(0, h))
      for b in 0..<2 {
        let (u, dy) = (run.signal(run.u, b, h), run.signal(run.dy, b, h))
        for (t, (y, du)) in zip(run.signal(run.y, b, h), run.signal(run.du, b, h)).enumerated() {
          let out = (0...t).reduce(d * u[t]) { $0 + k[$1] * u[t - $1] }
          let back = (t..<u.count).reduce(d * dy[t]) { $0 + k[$1 - t] * dy[$1] }
          worst = max(worst, abs(y - out), abs(du - back))
          largest = max(largest, abs(out), abs(back))
        }
      }
    }
    #expect(largest > 1e4 && worst < 2e-6 * largest)
  }

  /// What is not finite in a sequence beyond the sums makes its pair not finite, and no other sequence.
  @Test(arguments: [Float.nan, .infinity])
  func notFinite(_ bad: Float) {
    let lengths = [190, 190, 180, 175]
    let (clean, broken) = (Run(lengths, channels: 5, pool), Run(lengths, channels: 5, pool, broken: bad))
    #expect(Kernels.isFinite(clean.y) && Kernels.isFinite(clean.du))
    for b in 0..<4 {
      for h in 0..<5 {
        let all = broken.signal(broken.y, b, h) + broken.signal(broken.du, b, h)
        #expect(b < 2 ? all.allSatisfy { !$0.isFinite } : all.allSatisfy { $0.isFinite }, "sequence \(b)")
      }
    }
    #expect(broken.dKernel.array.allSatisfy { !$0.isFinite } && broken.dD.array.allSatisfy { !$0.isFinite })
  }
}
