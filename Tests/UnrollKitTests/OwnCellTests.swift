import Testing
import UnrollKit

/// A cell from outside: right, trained, streamed, and hardly slower than one of the house.
@Suite struct OwnCellTests {
  @Test func itKeepsTheContract() throws {
    for form in try Contract.forms(of: OwnOptions()) {
      for figure in try Contract.run(form).figures {
        #expect(figure.passes, "\(form.name): \(figure.check) \(figure.worst) (\(figure.place))")
      }
    }
  }

  /// Forward and back through a layer, against the GRU of the same size, per multiply-add. Taken in turns, so that a busy machine
  /// slows both.
  @Test func itCostsLittleMoreThanAGRU() throws {
    let (own, gru) = (try Walk(OwnOptions()), try Walk(GRUOptions()))
    var best = (own: Double.infinity, gru: Double.infinity)
    for _ in 0..<40 {
      best.own = min(best.own, own.seconds())
      best.gru = min(best.gru, gru.seconds())
    }
    let ratio = (best.own / Double(own.layer.multiplyAdds)) / (best.gru / Double(gru.layer.multiplyAdds))
    #expect(ratio < 1.5, "own cell / GRU, per multiply-add: \(ratio)")
  }

  /// One layer over 32 sequences of 50 steps, 64 → 128.
  private struct Walk {
    let layer: any SequenceLayer
    private let (parameters, gradients, arena): (Parameters, Buffer, Arena)
    private let steps = PackedSteps(count: 32, length: 50)
    private let input = Buffer(count: 32 * 50 * 64)

    init(_ options: any BackendOptions) throws {
      let builder = ParameterBuilder(random: RandomSource(seed: 1))
      layer = try BackendSettings(options).build(64, .everyStep, builder)
      parameters = Parameters(builder)
      (gradients, arena) = (Buffer(count: parameters.count), Arena())
      var random = RandomSource(seed: 2)
      input.matrix(rows: 1, columns: input.count).assign(
        (0..<input.count).map { _ in Float.random(in: -1...1, using: &random) })
    }

    func seconds() -> Double {
      let took = ContinuousClock().measure {
        arena.reset()
        let pass = Pass(steps, parameters: parameters, gradients: gradients, arena: arena, mode: .training)
        let (output, pullback) = layer.forward(input.matrix(rows: steps.rows, columns: 64), from: nil, pass)
        _ = pullback(SequenceGradient(rows: output.rows))
      }
      return Double(took.components.attoseconds) * 1e-18 + Double(took.components.seconds)
    }
  }
}
