import CLibrary
import Testing
import UnrollCore
import UnrollKernels

@testable import UnrollLayers

/// The time-invariant state spaces over 16,384 steps against their recurrences in double precision, and driven to extremes.
@Suite struct LongStateSpaceTests {
  private static let channels = 3

  /// Rows and final state of a system that maps (u, state of a channel) to (y, its next state), channel by channel.
  private func recurrence(
    _ u: [Double], _ start: [Double], _ step: (_ h: Int, _ u: Double, _ x: inout [Double]) -> Double
  ) -> (rows: [Double], final: [Double]) {
    let (h, n) = (Self.channels, start.count / Self.channels)
    var states = (0..<h).map { Array(start[$0 * n..<($0 + 1) * n]) }
    let rows = u.indices.map { step($0 % h, u[$0], &states[$0 % h]) }
    return (rows, states.flatMap { $0 })
  }

  private func check(
    _ layer: any SequenceLayer, _ parameters: Parameters,
    _ twin: (_ u: [Double], _ x: [Double]) -> (rows: [Double], final: [Double])
  ) {
    let run = LongRun(layer, parameters, seed: 3)
    let expected = twin(run.input, run.state)
    #expect(LongRun.relative(run.output, expected.rows) < 5e-6)
    #expect(LongRun.relative(run.final, expected.final) < 5e-6)
    #expect(run.slopeError(twin) < 1e-5)
  }

  /// Time constants from a few steps to many times the sequence.
  @Test(arguments: [S4DOptions.Discretisation.zoh, .bilinear])
  func diagonal(_ discretisation: S4DOptions.Discretisation) {
    var options = S4DOptions()
    (options.state, options.dt, options.discretisation) = (8, TimeStepRange(1e-5, 0.5), discretisation)
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = options.stateSpace(Self.channels, builder)
    let parameters = Parameters(builder)
    func values(_ parameter: Parameter) -> [Double] { parameters.value(parameter).array.map(Double.init) }
    let (dt, real, imaginary, c, d) = (
      values(layer.space.logDt).map(exp), values(layer.space.logReal), values(layer.space.imaginary!),
      values(layer.space.c), values(layer.d)
    )
    check(layer, parameters) { u, start in
      recurrence(u, start) { h, u, x in
        var y = d[h] * u
        for n in 0..<4 {
          let place = 4 * h + n
          let a = Pair(-exp(real[place]), imaginary[place])
          let z = Pair(dt[h] * a.re, dt[h] * a.im)
          let lambda =
            discretisation == .zoh
            ? Pair(exp(z.re) * cos(z.im), exp(z.re) * sin(z.im))
            : Pair(1 + z.re / 2, z.im / 2) / Pair(1 - z.re / 2, -z.im / 2)
          let b =
            discretisation == .zoh
            ? Pair(lambda.re - 1, lambda.im) / a : Pair(dt[h], 0) / Pair(1 - z.re / 2, -z.im / 2)
          let before = Pair(x[n], x[4 + n])
          x[n] = lambda.re * before.re - lambda.im * before.im + b.re * u
          x[4 + n] = lambda.re * before.im + lambda.im * before.re + b.im * u
          y += 2 * (c[2 * place] * x[n] - c[2 * place + 1] * x[4 + n])
        }
        return y
      }
    }
  }

  @Test(arguments: SSMOptions.Discretisation.allCases.filter { $0 != .euler })
  func dense(_ discretisation: SSMOptions.Discretisation) {
    var options = SSMOptions()
    (options.state, options.dt, options.discretisation) = (4, TimeStepRange(1e-5, 0.5), discretisation)
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = options.stateSpace(Self.channels, builder)
    let parameters = Parameters(builder)
    let space = layer.space
    let (c, d) = (parameters.value(space.c).array.map(Double.init), parameters.value(layer.d).array.map(Double.init))
    let system = DiscreteSystem(channels: Self.channels, timeSteps: Self.channels, stateSize: 4)
    Kernels.discretise(
      a: parameters.value(space.a), b: parameters.value(space.b), logDt: parameters.value(space.logDt),
      by: discretisation.hold, into: system)
    let (transitions, inputs) = (
      (0..<Self.channels).map { system.transition(of: $0) }, (0..<Self.channels).map { system.input(of: $0) }
    )
    check(layer, parameters) { u, start in
      recurrence(u, start) { h, u, x in
        let before = x
        for i in 0..<4 {
          x[i] = (0..<4).reduce(inputs[h][i] * u) { $0 + transitions[h][4 * i + $1] * before[$1] }
        }
        return (0..<4).reduce(d[h] * u) { $0 + c[4 * h + $1] * x[$1] }
      }
    }
  }

  /// |λ| so near one that a sequence never forgets its beginning.
  @Test func linearRecurrentUnit() {
    var options = LRUOptions()
    (options.state, options.rMin, options.rMax) = (4, 0.9, 0.99999)
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = LinearRecurrentUnit(Self.channels, options, builder)
    let parameters = Parameters(builder)
    func values(_ parameter: Parameter) -> [Double] { parameters.value(parameter).array.map(Double.init) }
    let (radius, angle) = (values(layer.nu).map { exp(-exp($0)) }, values(layer.theta).map(exp))
    let gamma = values(layer.gamma).map(exp)
    let (bRe, bIm) = (values(layer.inputReal), values(layer.inputImaginary))
    let (cRe, cIm, d) = (values(layer.outputReal), values(layer.outputImaginary), values(layer.skip))
    check(layer, parameters) { u, start in
      var (x, rows) = (start, [Double]())
      for t in 0..<LongRun.length {
        let now = Array(u[3 * t..<3 * t + 3])
        for n in 0..<4 {
          let (re, im) = (x[n], x[4 + n])
          let (lRe, lIm) = (radius[n] * cos(angle[n]), radius[n] * sin(angle[n]))
          x[n] = (0..<3).reduce(lRe * re - lIm * im) { $0 + gamma[n] * bRe[3 * n + $1] * now[$1] }
          x[4 + n] = (0..<3).reduce(lRe * im + lIm * re) { $0 + gamma[n] * bIm[3 * n + $1] * now[$1] }
        }
        rows += (0..<3).map { h in
          (0..<4).reduce(d[h] * now[h]) { $0 + cRe[4 * h + $1] * x[$1] - cIm[4 * h + $1] * x[4 + $1] }
        }
      }
      return (rows, x)
    }
  }

  /// Steps that are huge or next to nothing, poles that vanish or turn thousands of times a step: nothing but finite numbers.
  @Test(arguments: ["s4d", "ssm", "lru"], [-30, -8, 3, 30] as [Float])
  func extremes(_ name: String, _ push: Float) throws {
    var settings = try BackendSettings(name, [])
    settings.stack.width = Self.channels
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = try settings.build(Self.channels, .everyStep, builder)
    let parameters = Parameters(builder)
    // λ = exp(−exp(nu)) lies inside of the unit circle, whatever nu; so does every pole of s4d. A dense A may be pushed too far.
    let pushed = ["log_A_real", "A_imag", "nu_log", "theta_log", "log_dt"]
    let changed = parameters.list.filter { parameter in pushed.contains { parameter.name.hasPrefix($0) } }
    #expect(changed.count == ["s4d": 3, "ssm": 1, "lru": 2][name])
    for view in changed.map(parameters.value) { view.assign(view.array.map { $0 + push / 2 }) }
    parameters.changed()
    let run = LongRun(layer, parameters, seed: 5)
    let all = run.output + run.final + run.inputGradient + run.stateGradient
    #expect(all.allSatisfy { $0.isFinite })
    #expect(Kernels.isFinite(run.pass.gradients.row))
  }
}

/// A complex number, for twins.
private struct Pair {
  let re, im: Double

  init(_ re: Double, _ im: Double) { (self.re, self.im) = (re, im) }

  static func / (a: Pair, b: Pair) -> Pair {
    let size = b.re * b.re + b.im * b.im
    return Pair((a.re * b.re + a.im * b.im) / size, (a.im * b.re - a.re * b.im) / size)
  }
}
