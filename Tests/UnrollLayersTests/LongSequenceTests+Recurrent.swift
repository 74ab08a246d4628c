import CLibrary
import TestSupport
import Testing
import UnrollCore
import UnrollKernels

@testable import UnrollLayers

/// Recurrent cells over 16,384 steps against their equations in double precision: outputs, final states, and the slope along a
/// direction of all inputs and the initial state.
@Suite struct LongRecurrentTests {
  private static let (input, width) = (2, 3)

  /// From the sums of all gates [gH] and the states [slots · H] to the new states, the output first.
  private typealias Step = @Sendable (_ sums: [Double], _ states: [Double]) -> [Double]

  /// Unit by unit: `f` gets a unit's sums and states.
  private static func unitwise(_ gates: Int, _ slots: Int, _ f: @escaping Step) -> Step {
    { sums, states in
      let units = (0..<width).map { j in
        f((0..<gates).map { sums[$0 * width + j] }, (0..<slots).map { states[$0 * width + j] })
      }
      return (0..<slots).flatMap { slot in units.map { $0[slot] } }
    }
  }

  private static let steps: [String: Step] = [
    "rnn": unitwise(1, 1) { a, _ in [tanh(a[0])] },
    "residual-rnn": unitwise(1, 1) { a, s in [s[0] + tanh(a[0])] },
    "highway-rnn": unitwise(2, 1) { a, s in [Twin.sigmoid(a[0]) * s[0] + (1 - Twin.sigmoid(a[0])) * tanh(a[1])] },
    "lstm": unitwise(4, 2) { a, s in
      let c = Twin.sigmoid(a[1]) * s[1] + Twin.sigmoid(a[0]) * tanh(a[2])
      return [Twin.sigmoid(a[3]) * tanh(c), c]
    },
    "slstm": unitwise(4, 4) { a, s in
      let kept = -log1p(exp(-a[1])) + s[3]
      let m = max(kept, a[0])
      let c = exp(kept - m) * s[1] + exp(a[0] - m) * tanh(a[2])
      let n = exp(kept - m) * s[2] + exp(a[0] - m)
      return [Twin.sigmoid(a[3]) * c / n, c, n, m]
    },
  ]

  @Test(arguments: ["rnn", "residual-rnn", "highway-rnn", "lstm", "slstm"])
  func agreesWithDoublePrecision(_ name: String) throws {
    let builder = ParameterBuilder(random: RandomSource(seed: 6))
    let shape = LayerShape(input: Self.input, width: Self.width)
    let layer = try Backends.named(name).init().makeLayer(shape, builder)
    let parameters = Parameters(builder)
    // Recurrent weights well below one: sums of 16,384 terms agree only where errors are forgotten.
    Kernels.scale(parameters.value(try #require(parameters.named("weight_hh"))), by: 0.5)
    // A state that only adds up makes the slope chaotic; these weights pull it back.
    if name == "residual-rnn" {
      let weight = parameters.value(try #require(parameters.named("weight_hh")))
      for i in 0..<Self.width { for j in 0..<Self.width { weight[i, j] = i == j ? -0.4 : 0.1 } }
    }
    func values(_ name: String) -> [Double] { parameters.value(parameters.named(name)!).array.map(Double.init) }
    let (ih, hh, bias) = (
      values("weight_ih"), values("weight_hh"), zip(values("bias_ih"), values("bias_hh")).map { $0 + $1 }
    )
    let step = try #require(Self.steps[name])
    func twin(_ x: [Double], _ start: [Double]) -> (rows: [Double], final: [Double]) {
      var (states, rows) = (start, [Double]())
      for t in 0..<LongRun.length {
        let sums = bias.indices.map { i in
          bias[i] + (0..<Self.input).reduce(0) { $0 + ih[i * Self.input + $1] * x[t * Self.input + $1] }
            + (0..<Self.width).reduce(0) { $0 + hh[i * Self.width + $1] * states[$1] }
        }
        states = step(sums, states)
        rows += states[..<Self.width]
      }
      return (rows, states)
    }
    let run = LongRun(layer, parameters, seed: 7)
    let expected = twin(run.input, run.state)
    #expect(LongRun.relative(run.output, expected.rows) < 2e-5)
    #expect(LongRun.relative(run.final, expected.final) < 2e-5)
    #expect(run.slopeError(twin) < 2e-5)
  }
}
