import CLibrary
import TestSupport
import Testing
import UnrollCore
import UnrollKernels

@testable import UnrollLayers

/// The scans over 16,384 steps against the same equations in double precision, and driven to extremes.
@Suite struct LongScanTests {
  static let length = 16_384

  /// Time constants from a tenth of a step to the whole sequence.
  @Test func selectiveScan() {
    var options = SelectiveOptions()
    (options.state, options.dt) = (3, TimeStepRange(1e-4, 1))
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = SelectiveScan(4, rank: 2, options, builder)
    let parameters = Parameters(builder)
    func values(_ parameter: Parameter) -> [Double] { parameters.value(parameter).array.map(Double.init) }
    let (project, time, bias) = (
      values(layer.projection.weight), values(layer.time.weight), values(layer.time.bias!)
    )
    let (logA, d) = (values(layer.logA), values(layer.d))
    func twin(_ u: [Double], _ start: [Double]) -> (rows: [Double], final: [Double]) {
      var (delta, b, c): ([Double], [Double], [Double]) = ([], [], [])
      for t in 0..<Self.length {
        // Two numbers for Δ, then b and c.
        let low = (0..<8).map { i in (0..<4).reduce(0.0) { $0 + project[4 * i + $1] * u[4 * t + $1] } }
        delta += (0..<4).map { h in
          let before = bias[h] + time[2 * h] * low[0] + time[2 * h + 1] * low[1]
          return max(before, 0) + log1p(exp(-abs(before)))
        }
        b += low[2..<5]
        c += low[5...]
      }
      let scanned = Twin.selectiveScan(
        PackedSteps(lengths: [Self.length]), u: u, delta: delta, a: logA.map { -exp($0) }, b: b, c: c, d: d, from: start
      )
      return (scanned.y, scanned.final)
    }
    let run = LongRun(layer, parameters, seed: 2)
    let expected = twin(run.input, run.state)
    #expect(LongRun.relative(run.output, expected.rows) < 1e-5)
    #expect(LongRun.relative(run.final, expected.final) < 1e-5)
    #expect(run.slopeError(twin) < 1e-5)
  }

  /// Gates that are nearly shut remember for thousands of steps.
  @Test(arguments: [2, 3])
  func minimalCells(_ gates: Int) {
    let (input, width) = (2, 3)
    let builder = ParameterBuilder(random: RandomSource(seed: 3))
    let shape = LayerShape(input: input, width: width)
    let layer = GatedScan(
      gates == 2 ? .minGRU : .minLSTM, shape, positive: true, bias: gates == 2 ? [-8, 0] : [4, -4, 0], builder)
    let parameters = Parameters(builder)
    let weight = parameters.value(layer.input.weight).array.map(Double.init)
    let bias = parameters.value(layer.input.bias!).array.map(Double.init)
    func twin(_ x: [Double], _ start: [Double]) -> (rows: [Double], final: [Double]) {
      var (h, rows) = (start, [Double]())
      for t in 0..<Self.length {
        let values = (0..<gates * width).map { i in
          (0..<input).reduce(bias[i]) { $0 + weight[i * input + $1] * x[t * input + $1] }
        }
        for j in 0..<width {
          let last = values[(gates - 1) * width + j]
          let candidate = last >= 0 ? last + 0.5 : Twin.sigmoid(last)
          let (first, second) = (Twin.sigmoid(values[j]), Twin.sigmoid(values[width + j]))
          let open = gates == 2 ? first : second / (first + second)
          h[j] += open * (candidate - h[j])
          rows.append(h[j])
        }
      }
      return (rows, h)
    }
    let run = LongRun(layer, parameters, seed: 4)
    let expected = twin(run.input, run.state)
    #expect(LongRun.relative(run.output, expected.rows) < 1e-5)
    #expect(LongRun.relative(run.final, expected.final) < 1e-5)
    #expect(run.slopeError(twin) < 1e-5)
  }

  /// Whatever is added before the softplus of Δ or the sigmoids of the gates, nothing overflows, there or on the way back.
  @Test(arguments: ["mamba", "selective-ssm", "min-gru", "min-lstm"], [-1000.0, -60, 60, 1000])
  func saturation(_ name: String, _ shift: Double) throws {
    var settings = try BackendSettings(name, [])
    settings.stack.width = 5
    let builder = ParameterBuilder(random: RandomSource(seed: 5))
    let layer = try settings.build(5, .everyStep, builder)
    let parameters = Parameters(builder)
    let shifted = parameters.list.filter { $0.name.hasPrefix("dt_proj.bias") || $0.name.hasPrefix("gates.b") }
    #expect(shifted.count == 1)
    for value in shifted.map(parameters.value) {
      value.assign(value.array.enumerated().map { $1 + Float($0 % 2 == 0 ? shift : -shift) })
    }
    let steps = PackedSteps(lengths: [300, 17])
    let pass = Pass(
      steps, parameters: parameters, gradients: Buffer(count: parameters.count), arena: Arena(), mode: .training)
    var random = RandomSource(seed: 6)
    let x = pass.arena.matrix(steps.rows, 5)
    x.fill(normal: &random, deviation: 20)
    let (output, pullback) = layer.forward(x, from: nil, pass)
    #expect(Kernels.isFinite(output.rows) && output.state.allSatisfy(Kernels.isFinite))
    let ones = pass.arena.matrix(steps.rows, 5)
    ones.fill(1)
    #expect(Kernels.isFinite(pullback(SequenceGradient(rows: ones)).input))
    #expect(Kernels.isFinite(pass.gradients.row))
  }
}
