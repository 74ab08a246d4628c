import UnrollKernels
import UnrollTraining

/// Between padded tensors [T, B, width] in any order of lengths and packed rows.
struct PackedBatch {
  let steps: PackedSteps
  /// The b-th packed sequence is sequence `order[b]` of the tensor.
  let order: [Int]
  private let count: Int

  init(lengths: [Int]) {
    count = lengths.count
    order = lengths.indices.sorted { (lengths[$0], $1) > (lengths[$1], $0) }
    steps = PackedSteps(lengths: order.map { lengths[$0] })
  }

  /// [T, B, width] → [R, width]
  func pack(_ values: [Float], width: Int, into rows: Matrix) {
    forEachRow { row, t, b in
      for j in 0..<width { rows[row, j] = values[(t * count + b) * width + j] }
    }
  }

  /// [R, width] → [T, B, width], zero beyond each length.
  func unpack(_ rows: Matrix, steps length: Int) -> [Float] {
    var values = [Float](repeating: 0, count: length * count * rows.columns)
    forEachRow { row, t, b in
      for j in 0..<rows.columns { values[(t * count + b) * rows.columns + j] = rows[row, j] }
    }
    return values
  }

  /// [B, width] in packed order → the tensor's order.
  func restore(_ matrix: Matrix) -> [Float] {
    var values = [Float](repeating: 0, count: matrix.count)
    for (packed, original) in order.enumerated() {
      for j in 0..<matrix.columns { values[original * matrix.columns + j] = matrix[packed, j] }
    }
    return values
  }

  /// [B, width] in the tensor's order → a matrix in packed order.
  func matrix(_ values: [Float], width: Int, _ arena: Arena) -> Matrix {
    let matrix = arena.matrix(count, width)
    matrix.assign(order.flatMap { Array(values[$0 * width..<($0 + 1) * width]) })
    return matrix
  }

  private func forEachRow(_ body: (_ row: Int, _ t: Int, _ b: Int) -> Void) {
    for t in 0..<steps.steps {
      for b in 0..<Int(steps.live[t]) { body(Int(steps.offset[t]) + b, t, order[b]) }
    }
  }
}
