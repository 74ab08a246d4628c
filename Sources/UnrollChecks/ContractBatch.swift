import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// Random input, initial state and loss weights of one packed batch.
struct ContractBatch {
  let steps: PackedSteps
  /// [R, E]
  var input: [Float]
  /// [B, width] a slot; nil is the empty state.
  var state: [[Float]]?
  /// [R, out], [B, summary] and [B, width] a slot (zeros of a counter): the loss is the sum of outputs times these.
  var rowWeights: [Float]
  var summaryWeights: [Float]
  var stateWeights: [[Float]]

  init(lengths: [Int] = ContractModel.lengths, _ layer: any SequenceLayer, seed: UInt64 = 11) {
    var random = RandomSource(seed: seed)
    func normal(_ count: Int, _ deviation: Double) -> [Float] {
      (0..<count).map { _ in Float(deviation * random.normal()) }
    }
    steps = PackedSteps(lengths: lengths)
    input = normal(steps.rows * layer.inputWidth, 1)
    rowWeights = normal(steps.rows * layer.outputWidth, 1)
    summaryWeights = normal(steps.sequences * layer.summaryWidth, 1)
    state = layer.slots.map { [count = steps.sequences] slot in
      let values = normal(count * slot.width, 0.5)
      return switch slot.domain {
      case .real: values
      case .positive: values.map { 0.5 + abs($0) }
      case .count(let limit): values.map { Float(min(limit, Int(4 * abs($0)))) }
      }
    }
    stateWeights = layer.slots.map { [count = steps.sequences] slot in
      slot.carriesGradient ? normal(count * slot.width, 1) : [Float](repeating: 0, count: count * slot.width)
    }
  }

  /// Some rows and sequences of another batch.
  private init(_ steps: PackedSteps, _ rows: [Int], _ sequences: [Int], from state: [[Float]]?, of all: ContractBatch) {
    func pick(_ values: [Float]) -> [Float] { all.pick(values, sequences, of: all.steps.sequences) }
    self.steps = steps
    self.state = state.map { $0.map(pick) }
    input = all.pick(all.input, rows, of: all.steps.rows)
    rowWeights = all.pick(all.rowWeights, rows, of: all.steps.rows)
    (summaryWeights, stateWeights) = (pick(all.summaryWeights), all.stateWeights.map(pick))
  }

  func matrices(_ layer: any SequenceLayer, _ arena: Arena) -> (input: Matrix, state: [Matrix]?) {
    func filled(_ values: [Float], _ rows: Int) -> Matrix {
      let matrix = arena.matrix(rows, values.count / rows)
      matrix.assign(values)
      return matrix
    }
    return (filled(input, steps.rows), state.map { $0.map { filled($0, steps.sequences) } })
  }

  /// The gradient of the loss.
  func gradient(_ layer: any SequenceLayer, _ arena: Arena) -> (rows: Matrix, summary: Matrix, state: [Matrix]) {
    func filled(_ rows: Int, _ columns: Int, _ values: [Float]) -> Matrix {
      let matrix = arena.matrix(rows, columns)
      matrix.assign(values)
      return matrix
    }
    return (
      filled(steps.rows, layer.outputWidth, rowWeights), filled(steps.sequences, layer.summaryWidth, summaryWeights),
      zip(layer.slots, stateWeights).map { filled(steps.sequences, $0.width, $1) }
    )
  }

  /// The rows of sequence b, step by step.
  func rows(ofSequence b: Int) -> [Int] { (0..<Int(steps.lengths[b])).map { Int(steps.offset[$0]) + b } }

  /// Sequence b by itself.
  func sequence(_ b: Int) -> ContractBatch {
    let rows = rows(ofSequence: b)
    return ContractBatch(PackedSteps(count: 1, length: rows.count), rows, [b], from: state, of: self)
  }

  /// Steps `range` of the sequences that are alive at its beginning, from `state` (of all sequences).
  func chunk(_ range: Range<Int>, from state: [[Float]]?) -> ContractBatch {
    let alive = Int(steps.live[range.lowerBound])
    let lengths = steps.lengths[..<alive].map { min(Int($0), range.upperBound) - range.lowerBound }
    let rows = Array(steps.range(range.lowerBound).lowerBound..<steps.range(range.upperBound - 1).upperBound)
    return ContractBatch(PackedSteps(lengths: lengths), rows, Array(0..<alive), from: state, of: self)
  }

  /// Some rows of a matrix with `count` rows.
  func pick(_ values: [Float], _ rows: [Int], of count: Int) -> [Float] {
    let width = values.count / count
    return rows.flatMap { values[$0 * width..<($0 + 1) * width] }
  }
}
