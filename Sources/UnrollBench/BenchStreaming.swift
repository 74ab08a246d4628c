import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollStatistics

/// The time of a step at batch one: what a model adds to the latency of whatever waits for its answer.
package struct BenchStreaming: Encodable, Sendable {
  package let name: String
  /// H, and E as well.
  package let width: Int
  /// Microseconds a step.
  package let p50_us: Double
  package let p99_us: Double
  /// Floats carried from step to step.
  package let state_floats: Int
  /// Measured steps.
  package let steps: Int

  /// One layer of the backend with its default options, or nil where those cannot be streamed.
  package static func measure(_ backend: any BackendOptions.Type, width: Int, seconds: Double) throws -> BenchStreaming?
  {
    var settings = BackendSettings(backend.init())
    settings.stack.width = width
    let random = RandomSource(seed: 1)
    let builder = ParameterBuilder(random: random.split("initial values"))
    let layer = try settings.build(width, .causal, builder)
    guard layer.isCausal else { return nil }
    let stream = layer.stream(1, Parameters(builder))
    let inputs = inputs(width, random.split("inputs"))
    let times = times(seconds: seconds) { step in
      stream.step(inputs.matrix(rows: inputRows, columns: width).rows(step % inputRows..<step % inputRows + 1))
    }
    func microseconds(_ quantile: Double) -> Double { (Statistics.quantile(times, quantile) * 1e9).rounded() / 1e3 }
    return BenchStreaming(
      name: backend.name, width: width, p50_us: microseconds(0.5), p99_us: microseconds(0.99),
      state_floats: layer.slots.reduce(0) { $0 + $1.width }, steps: times.count)
  }

  package var text: String {
    "\(name): \(p50_us) µs a step (p99 \(p99_us) µs), \(state_floats) floats of state, \(steps) steps"
  }

  private static let inputRows = 64
  private static let mostSteps = 1 << 20

  private static func inputs(_ width: Int, _ random: RandomSource) -> Buffer {
    let inputs = Buffer(count: inputRows * width)
    var random = random
    inputs.row.fill(normal: &random)
    return inputs
  }

  /// Seconds of every step after the first tenth of the time, in which windows fill and caches warm.
  private static func times(seconds: Double, _ step: (Int) -> Void) -> [Double] {
    var durations: [Duration] = []
    durations.reserveCapacity(mostSteps)
    let start = ContinuousClock.now
    let (warm, end) = (start + .seconds(seconds / 10), start + .seconds(seconds))
    var (count, now) = (0, start)
    while durations.count < mostSteps && (now < end || durations.count < 100) {
      let before = ContinuousClock.now
      step(count)
      now = ContinuousClock.now
      if now >= warm { durations.append(now - before) }
      count += 1
    }
    return durations.map(\.seconds)
  }
}
