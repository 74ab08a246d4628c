import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// Forward and backward of a case's operator, the batch cut into one shard a thread as in training.
final class BenchOperator {
  private let shards: [any OperatorShard]
  private let team: Team
  /// The parameters of the layer; none of an operator that has only inputs.
  private let parameters: Parameters?

  init(_ item: BenchCase, threads: Int) throws {
    let columns = (0..<min(threads, item.batch)).map { shard in
      shard * item.batch / min(threads, item.batch)..<(shard + 1) * item.batch / min(threads, item.batch)
    }
    let random = RandomSource(seed: 1)
    team = Team(threads: threads)
    if item.backend == BenchCase.selectiveScan {
      parameters = nil
      let inputs = SelectiveScanInputs(item, random)
      shards = columns.map { SelectiveScanShard(inputs, item, $0) }
      return
    }
    let builder = ParameterBuilder(random: random.split("initial values"))
    let layer = try item.layer(builder)
    let parameters = Parameters(builder)
    self.parameters = parameters
    let x = RandomRows(item, layer.inputWidth, random.split("input"))
    let dy = RandomRows(item, layer.outputWidth, random.split("gradient"))
    shards = columns.map { LayerShard(layer, parameters, x.columns($0), dy.columns($0), sequences: $0.count) }
  }

  func run() {
    // Training changes the parameters at every step, so nothing that is derived from them may be kept.
    parameters?.changed()
    team.forEach(shards.count) { [shards] in shards[$0].run() }
    let sums = shards[0].gradients.row
    for shard in shards.dropFirst() { Kernels.addScaled(shard.gradients.row, by: 1, to: sums) }
  }

  /// Of everything that the sequences share, summed over the shards of the last run.
  var gradients: [Float] { shards[0].gradients.row.array }
}

/// A part of the batch: whole sequences with their own memory.
protocol OperatorShard: Sendable {
  /// Of what all shards share.
  var gradients: Buffer { get }
  /// Forward and backward once.
  func run()
}

/// Random rows [T·B, width], the same however they are cut.
struct RandomRows {
  private let values: Buffer
  private let (batch, length, width): (Int, Int, Int)

  init(_ item: BenchCase, _ width: Int, _ random: RandomSource, _ transform: (Double) -> Double = { $0 }) {
    (batch, length, self.width) = (item.batch, item.length, width)
    values = Buffer(count: item.rows * width)
    var random = random
    values.row.fill { _ in Float(transform(random.normal())) }
  }

  /// The rows of some sequences, in their order.
  func columns(_ range: Range<Int>) -> Buffer {
    let chosen = Buffer(count: length * range.count * width)
    let index = (0..<length).flatMap { step in range.map { Int32(step * batch + $0) } }
    let all = values.matrix(rows: batch * length, columns: width)
    Kernels.gather(all, index, into: chosen.matrix(rows: index.count, columns: width))
    return chosen
  }
}

/// A layer: gradients of its input and of all parameters.
///
/// Unchecked: one thread at a time runs it, and the layer and the parameters, which shards share, are only read.
private final class LayerShard: OperatorShard, @unchecked Sendable {
  let gradients: Buffer
  private let layer: any SequenceLayer
  private let parameters: Parameters
  private let (x, dy): (Buffer, Buffer)
  private let steps: PackedSteps
  private let arena = Arena()

  init(_ layer: any SequenceLayer, _ parameters: Parameters, _ x: Buffer, _ dy: Buffer, sequences: Int) {
    (self.layer, self.parameters, self.x, self.dy) = (layer, parameters, x, dy)
    steps = PackedSteps(count: sequences, length: x.count / layer.inputWidth / sequences)
    gradients = Buffer(count: parameters.count)
  }

  func run() {
    arena.reset()
    gradients.row.fill(0)
    let pass = Pass(
      steps, parameters: parameters, gradients: gradients, arena: arena, mode: .training, keepsState: false)
    let (_, pullback) = layer.forward(x.matrix(rows: steps.rows, columns: layer.inputWidth), from: nil, pass)
    _ = pullback(SequenceGradient(rows: dy.matrix(rows: steps.rows, columns: layer.outputWidth)))
  }
}
