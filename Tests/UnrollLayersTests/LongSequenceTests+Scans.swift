#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Testing
import UnrollCore
import UnrollKernels

@testable import UnrollLayers

/// The scans over 16,384 steps against the same equations in double precision, and driven to extremes.
@Suite struct LongScanTests {
  static let length = 16_384

  /// A layer with its parameters, run forward and backward over one long sequence from a state that is not empty.
  private struct Run {
    let pass: Pass
    let input, state, dy, output, final, inputGradient, stateGradient: [Double]

    init(_ layer: some SequenceLayer, _ parameters: Parameters, seed: UInt64) {
      let steps = PackedSteps(lengths: [LongScanTests.length])
      var random = RandomSource(seed: seed)
      func normal(_ rows: Int, _ columns: Int, _ arena: Arena) -> Matrix {
        let matrix = arena.matrix(rows, columns)
        matrix.assign((0..<rows * columns).map { _ in Float(random.normal()) })
        return matrix
      }
      pass = Pass(
        steps, parameters: parameters, gradients: Buffer(count: parameters.count), arena: Arena(), mode: .training)
      let (x, h) = (
        normal(steps.rows, layer.inputWidth, pass.arena), normal(1, layer.slots[0].width, pass.arena)
      )
      let weights = normal(steps.rows, layer.outputWidth, pass.arena)
      let (result, pullback) = layer.forward(x, from: [h], pass)
      let gradient = pullback(SequenceGradient(rows: weights))
      func doubles(_ matrix: Matrix) -> [Double] { matrix.array.map(Double.init) }
      (input, state, dy) = (doubles(x), doubles(h), doubles(weights))
      (output, final) = (doubles(result.rows), doubles(result.state[0]))
      (inputGradient, stateGradient) = (doubles(gradient.input), doubles(gradient.state[0]))
    }

    /// The slope of Σ dy ⊙ twin along `direction` of the input and the state, against the gradients' part along it.
    func slopeError(_ twin: (_ x: [Double], _ state: [Double]) -> [Double]) -> Double {
      let (dx, dh) = (input.indices.map { sin(Double(3 * $0)) }, state.indices.map { cos(Double(5 * $0)) })
      func loss(_ step: Double) -> Double {
        let rows = twin(zip(input, dx).map { $0 + step * $1 }, zip(state, dh).map { $0 + step * $1 })
        return zip(rows, dy).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let step = 1e-4
      let slope = (8 * (loss(step) - loss(-step)) - (loss(2 * step) - loss(-2 * step))) / (12 * step)
      let parts = zip(inputGradient + stateGradient, dx + dh).map { $0 * $1 }
      let size = parts.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return abs(parts.reduce(0, +) - slope) / size
    }
  }

  private func relative(_ ours: [Double], _ theirs: [Double]) -> Double {
    guard ours.allSatisfy(\.isFinite) else { return .infinity }
    return zip(ours, theirs).map { abs($0 - $1) }.max()! / theirs.map(abs).max()!
  }

  /// Time constants from a tenth of a step to the whole sequence.
  @Test func selectiveScan() {
    var options = SelectiveOptions()
    (options.state, options.dtMin, options.dtMax) = (3, 1e-4, 1)
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = SelectiveScan(4, rank: 2, options, builder)
    let parameters = Parameters(builder)
    func values(_ parameter: Parameter) -> [Double] { parameters.value(parameter).array.map(Double.init) }
    let (project, time, bias) = (
      values(layer.projection.weight), values(layer.time.weight), values(layer.time.bias!)
    )
    let (logA, d) = (values(layer.logA), values(layer.d))
    func twin(_ u: [Double], _ start: [Double]) -> (rows: [Double], final: [Double]) {
      var (x, rows) = (start, [Double]())
      for t in 0..<Self.length {
        let now = Array(u[4 * t..<4 * t + 4])
        let low = (0..<8).map { i in (0..<4).reduce(0.0) { $0 + project[4 * i + $1] * now[$1] } }
        for h in 0..<4 {
          let before = bias[h] + time[2 * h] * low[0] + time[2 * h + 1] * low[1]
          let delta = max(before, 0) + log1p(exp(-abs(before)))
          var y = d[h] * now[h]
          for n in 0..<3 {
            let place = 3 * h + n
            x[place] = exp(-delta * exp(logA[place])) * x[place] + delta * low[2 + n] * now[h]
            y += low[5 + n] * x[place]
          }
          rows.append(y)
        }
      }
      return (rows, x)
    }
    let run = Run(layer, parameters, seed: 2)
    let expected = twin(run.input, run.state)
    #expect(relative(run.output, expected.rows) < 1e-5)
    #expect(relative(run.final, expected.final) < 1e-5)
    #expect(run.slopeError { twin($0, $1).rows } < 1e-5)
  }

  /// Gates that are nearly shut remember for thousands of steps.
  @Test(arguments: [2, 3])
  func minimalCells(_ gates: Int) {
    let (input, width) = (2, 3)
    let builder = ParameterBuilder(random: RandomSource(seed: 3))
    let site = LayerSite(input: input, width: width)
    let layer = GatedScan(
      gates == 2 ? .minGRU : .minLSTM, site, positive: true, bias: gates == 2 ? [-8, 0] : [4, -4, 0], builder)
    let parameters = Parameters(builder)
    let weight = parameters.value(layer.input.weight).array.map(Double.init)
    let bias = parameters.value(layer.input.bias!).array.map(Double.init)
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    func twin(_ x: [Double], _ start: [Double]) -> [Double] {
      var (h, rows) = (start, [Double]())
      for t in 0..<Self.length {
        let values = (0..<gates * width).map { i in
          (0..<input).reduce(bias[i]) { $0 + weight[i * input + $1] * x[t * input + $1] }
        }
        for j in 0..<width {
          let last = values[(gates - 1) * width + j]
          let candidate = last >= 0 ? last + 0.5 : sigmoid(last)
          let first = sigmoid(values[j])
          let open = gates == 2 ? first : sigmoid(values[width + j]) / (first + sigmoid(values[width + j]))
          h[j] += open * (candidate - h[j])
          rows.append(h[j])
        }
      }
      return rows
    }
    let run = Run(layer, parameters, seed: 4)
    let expected = twin(run.input, run.state)
    #expect(relative(run.output, expected) < 1e-5)
    #expect(relative(run.final, Array(expected.suffix(width))) < 1e-5)
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
    for parameter in parameters.list
    where parameter.name.hasPrefix("dt_proj.bias") || parameter.name.hasPrefix("gates.b") {
      let value = parameters.value(parameter)
      value.assign(value.array.enumerated().map { $1 + Float($0 % 2 == 0 ? shift : -shift) })
    }
    let steps = PackedSteps(lengths: [300, 17])
    let pass = Pass(
      steps, parameters: parameters, gradients: Buffer(count: parameters.count), arena: Arena(), mode: .training)
    var random = RandomSource(seed: 6)
    let x = pass.arena.matrix(steps.rows, 5)
    x.assign((0..<x.count).map { _ in Float(20 * random.normal()) })
    let (output, pullback) = layer.forward(x, from: nil, pass)
    #expect(Kernels.isFinite(output.rows) && output.state.allSatisfy(Kernels.isFinite))
    let ones = pass.arena.matrix(steps.rows, 5)
    ones.fill(1)
    #expect(Kernels.isFinite(pullback(SequenceGradient(rows: ones)).input))
    #expect(Kernels.isFinite(pass.gradients.matrix(rows: 1, columns: parameters.count)))
  }
}
