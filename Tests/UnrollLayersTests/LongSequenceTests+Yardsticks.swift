import Foundation
import TestSupport
import Testing
import UnrollCore
import UnrollKernels

@testable import UnrollLayers

/// 16,384 steps: finite, and in some rows equal to the equations in double precision.
@Suite struct LongYardstickTests {
  private static let (steps, input, width) = (16_384, 3, 4)
  private static let watched = [0, 1, 127, 128, 4_095, 9_999, 16_383]

  /// A built backend with one long sequence, forward and backward.
  private struct Run {
    let x: [Float]
    let rows: Matrix
    let finite: Bool
    let parameters: Parameters
    let pass: Pass

    init(_ options: any BackendOptions, _ reading: Reading, factor: Double = 1) throws {
      var settings = BackendSettings(options)
      settings.stack.width = LongYardstickTests.width
      let builder = ParameterBuilder(random: RandomSource(seed: 5))
      let layer = try settings.build(LongYardstickTests.input, reading, builder)
      parameters = Parameters(builder)
      var random = RandomSource(seed: 6)
      let values = parameters.values.row
      for i in 0..<values.columns { values[0, i] += Float(0.2 * random.normal()) }
      let count = LongYardstickTests.steps
      x = (0..<count * LongYardstickTests.input).map { _ in Float(factor * random.normal()) }
      pass = Pass(
        PackedSteps(count: 1, length: count), parameters: parameters, gradients: Buffer(count: parameters.count),
        arena: Arena(), mode: .training)
      let input = pass.arena.matrix(count, LongYardstickTests.input)
      input.assign(x)
      let (output, pullback) = layer.forward(input, from: nil, pass)
      rows = output.rows
      let dy = pass.arena.matrix(count, layer.outputWidth)
      dy.fill(0.01)
      let dx = pullback(SequenceGradient(rows: dy)).input
      finite =
        Kernels.isFinite(output.rows) && Kernels.isFinite(dx) && output.state.allSatisfy(Kernels.isFinite)
        && Kernels.isFinite(pass.gradients.row)
    }

    func value(_ name: String) -> [Double] { parameters.value(parameters.named(name)!).array.map(Double.init) }

    /// W x + b
    func map(_ name: (String) -> String, _ x: [Double]) -> [Double] {
      let (w, b) = (value(name("weight")), value(name("bias")))
      return b.indices.map { o in b[o] + x.indices.reduce(0) { $0 + w[o * x.count + $1] * x[$1] } }
    }

    func token(_ t: Int) -> [Double] {
      (0..<LongYardstickTests.input).map { Double(x[t * LongYardstickTests.input + $0]) }
    }

    func error(_ t: Int, _ expected: [Double]) -> Double {
      let scale = max(expected.map { abs($0) }.max()!, 1e-3)
      return expected.indices.map { abs(Double(rows[t, $0]) - expected[$0]) }.max()! / scale
    }
  }

  @Test func averaging() throws {
    let run = try Run(AveragingOptions(), .causal)
    #expect(run.finite)
    var (sum, worst) = ([Double](repeating: 0, count: Self.width), 0.0)
    for t in 0..<Self.steps {
      sum = zip(sum, run.map({ "\($0)_l0" }, run.token(t))).map { $0 + $1 }
      if Self.watched.contains(t) { worst = max(worst, run.error(t, sum.map { $0 / Double(t + 1) })) }
    }
    #expect(worst < 2e-5)
  }

  @Test func convolution() throws {
    let run = try Run(ConvolutionOptions(), .causal)
    #expect(run.finite)
    func convolved(_ name: String, _ x: [[Double]]) -> [Double] {
      let (v, g, b) = (
        run.value("\(name).weight_v_l0"), run.value("\(name).weight_g_l0"), run.value("\(name).bias_l0")
      )
      let per = 3 * x[0].count
      return b.indices.map { o in
        let row = Array(v[o * per..<(o + 1) * per])
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return b[o]
          + (0..<per).reduce(0) { $0 + g[o] * row[$1] / norm * x[$1 % 3][$1 / 3] }
      }
    }
    func token(_ t: Int) -> [Double] { t < 0 ? [Double](repeating: 0, count: Self.input) : run.token(t) }
    func hidden(_ t: Int) -> [Double] {
      t < 0
        ? [Double](repeating: 0, count: Self.width)
        : convolved("conv1", (0..<3).map { token(t - 2 + $0) }).map { max($0, 0) }
    }
    for t in Self.watched {
      let inner = convolved("conv2", (0..<3).map { hidden(t - 2 + $0) }).map { max($0, 0) }
      let skip = run.map({ "downsample.\($0)_l0" }, token(t))
      #expect(run.error(t, zip(inner, skip).map { max($0 + $1, 0) }) < 2e-5)
    }
  }

  @Test(arguments: TransformerOptions.Positions.allCases)
  func transformer(_ positions: TransformerOptions.Positions) throws {
    var options = TransformerOptions()
    (options.positions, options.heads) = (positions, 2)
    let run = try Run(options, .causal)
    #expect(run.finite)
    for t in Self.watched { #expect(run.error(t, TransformerTwin(run.value, options).row(t, run.token)) < 2e-5) }
  }

  @Test(arguments: TransformerOptions.Positions.allCases)
  func hugeScoresStayFinite(_ positions: TransformerOptions.Positions) throws {
    var options = TransformerOptions()
    options.positions = positions
    #expect(try Run(options, .causal, factor: 1e6).finite)
    #expect(try Run(ConvolutionOptions(), .causal, factor: 1e6).finite)
    #expect(try Run(AveragingOptions(), .causal, factor: 1e6).finite)
  }
}

/// One row of a transformer of one layer, from the equations.
private struct TransformerTwin {
  let value: (String) -> [Double]
  let options: TransformerOptions
  let width = 4

  init(_ value: @escaping (String) -> [Double], _ options: TransformerOptions) {
    (self.value, self.options) = (value, options)
  }

  func row(_ t: Int, _ token: (Int) -> [Double]) -> [Double] {
    let seen = max(0, t - options.context + 1)...t
    let inputs = seen.map { entered($0, token($0)) }
    let projected = zip(seen, inputs).map { position, x -> [Double] in
      let all = map("self_attn.in_proj_weight_l0", "self_attn.in_proj_bias_l0", norm("norm1.", "_l0", x))
      guard options.positions == .rotary else { return all }
      return turned(Array(all[..<4]), position) + turned(Array(all[4..<8]), position) + all[8...]
    }
    let (size, query) = (width / options.heads, projected.last!)
    let mixed = (0..<width).map { j -> Double in
      let head = j / size * size
      let scores = projected.map { k in
        (head..<head + size).reduce(0) { $0 + query[$1] * k[width + $1] } / Double(size).squareRoot()
      }
      let weights = scores.map { exp($0 - scores.max()!) }
      return zip(weights, projected).reduce(0) { $0 + $1.0 * $1.1[2 * width + j] } / weights.reduce(0, +)
    }
    let attended = map("self_attn.out_proj.weight_l0", "self_attn.out_proj.bias_l0", mixed)
    let u = zip(inputs.last!, attended).map { $0 + $1 }
    let inner = map("linear1.weight_l0", "linear1.bias_l0", norm("norm2.", "_l0", u)).map(Twin.gelu)
    return norm("norm.", "", zip(u, map("linear2.weight_l0", "linear2.bias_l0", inner)).map { $0 + $1 })
  }

  private func entered(_ t: Int, _ token: [Double]) -> [Double] {
    let x = map("base.weight", "base.bias", token)
    switch options.positions {
    case .sinusoidal:
      return x.indices.map { j in
        let angle = Double(t) * pow(10000, -Double(j / 2 * 2) / Double(width))
        return x[j] * Double(width).squareRoot() + (j % 2 == 0 ? sin(angle) : cos(angle))
      }
    case .learned:
      let row = min(t, options.maxPositions - 1)
      return zip(x, value("base.positions")[row * width..<(row + 1) * width]).map { $0 + $1 }
    case .rotary, .none: return x
    }
  }

  private func turned(_ x: [Double], _ t: Int) -> [Double] {
    let size = width / options.heads
    return x.indices.map { j in
      let (angle, pair) = (Double(t) * pow(10000, -Double(j % size / 2 * 2) / Double(size)), j / 2 * 2)
      return j % 2 == 0
        ? x[pair] * cos(angle) - x[pair + 1] * sin(angle) : x[pair] * sin(angle) + x[pair + 1] * cos(angle)
    }
  }

  private func map(_ weight: String, _ bias: String, _ x: [Double]) -> [Double] {
    let (w, b) = (value(weight), value(bias))
    return b.indices.map { o in b[o] + x.indices.reduce(0) { $0 + w[o * x.count + $1] * x[$1] } }
  }

  private func norm(_ prefix: String, _ suffix: String, _ x: [Double]) -> [Double] {
    let (scale, shift) = (value("\(prefix)weight\(suffix)"), value("\(prefix)bias\(suffix)"))
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.indices.map { scale[$0] * (x[$0] - mean) / (variance + 1e-5).squareRoot() + shift[$0] }
  }
}
