import CLibrary
import Testing
import UnrollKit

/// A cell from outside: checked as those of the house are, and hardly slower.
@Suite struct OwnCellTests {
  /// `TutorialCodeTests` runs them.
  @Test func itHasTheFormsOfARecurrentCell() throws {
    let forms = try Contract.forms(of: OwnOptions())
    #expect(Set(forms.map(\.name)).isSuperset(of: ["plain", "layers: 2", "learned state", "pooling: max"]))
  }

  /// Forward and back through a layer, against the GRU of the same size, per multiply-add. Whatever else the machine does makes a
  /// round slower, never quicker: of many short ones, in turns, the least counts.
  @Test func itCostsLittleMoreThanAGRU() throws {
    let (own, gru) = (try Timing(OwnOptions()), try Timing(GRUOptions()))
    var best = (own: Double.infinity, gru: Double.infinity)
    for _ in 0..<400 {
      best.own = min(best.own, own.seconds())
      best.gru = min(best.gru, gru.seconds())
    }
    let ratio = (best.own / Double(own.layer.multiplyAdds)) / (best.gru / Double(gru.layer.multiplyAdds))
    #expect(ratio < 1.5, "own cell / GRU, per multiply-add: \(ratio)")
  }

  /// One layer over 32 sequences of 10 steps, 64 → 128: about half a millisecond.
  private struct Timing {
    let layer: any SequenceLayer
    private let (parameters, gradients, arena): (Parameters, Buffer, Arena)
    private let steps = PackedSteps(count: 32, length: 10)
    private let input = Buffer(count: 32 * 10 * 64)

    init(_ options: any BackendOptions) throws {
      let builder = ParameterBuilder(random: RandomSource(seed: 1))
      layer = try BackendSettings(options).build(64, .everyStep, builder)
      parameters = Parameters(builder)
      (gradients, arena) = (Buffer(count: parameters.count), Arena())
      var random = RandomSource(seed: 2)
      input.matrix(rows: 1, columns: input.count).assign(
        (0..<input.count).map { _ in Float.random(in: -1...1, using: &random) })
    }

    /// Of this thread: what others do on its core meanwhile does not count.
    func seconds() -> Double {
      let start = Timing.time
      arena.reset()
      let pass = Pass(steps, parameters: parameters, gradients: gradients, arena: arena, mode: .training)
      let (output, pullback) = layer.forward(input.matrix(rows: steps.rows, columns: 64), from: nil, pass)
      _ = pullback(SequenceGradient(rows: output.rows))
      return Timing.time - start
    }

    private static var time: Double {
      var now = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
      return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    }
  }
}
