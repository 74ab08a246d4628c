import UnrollKernels

/// x Uᵀ for (some rows of) weight_hh, head by head, under a weight mask if there is one.
public final class RecurrentProduct {
  private struct Block {
    /// Columns of the gates and of h.
    let gates, hidden: Range<Int>
    let packed: PackedWeights
  }

  private let weights: RecurrentWeights
  let rows: Range<Int>
  private let pass: Pass
  private let values: Matrix
  private let mask: Matrix?
  // Packed at the first use: few products are needed both ways.
  private lazy var ahead = packed(transposed: true)
  private lazy var behind = packed(transposed: false)

  /// All of weight_hh.
  convenience init(_ weights: RecurrentWeights, _ settings: RecurrentSettings, name: String, _ pass: Pass) {
    let raw = pass.value(weights.hh)
    let mask = pass.mask(settings.weightDropout, raw.rows, raw.columns, name + " weights")
    var values = raw
    if let mask {
      values = pass.arena.matrix(raw.rows, raw.columns)
      Kernels.multiplyElements(raw, mask, into: values)
    }
    self.init(weights, rows: 0..<raw.rows, values, mask, pass)
  }

  private init(_ weights: RecurrentWeights, rows: Range<Int>, _ values: Matrix, _ mask: Matrix?, _ pass: Pass) {
    (self.weights, self.rows, self.values, self.mask, self.pass) = (weights, rows, values, mask, pass)
  }

  private func packed(transposed: Bool) -> [Block] {
    RecurrentProduct.blocks(weights, rows).map { gates, hidden in
      let packed = PackedWeights(values.rows(gates), transposed: transposed, pass.arena)
      return Block(gates: gates.shifted(by: -rows.lowerBound), hidden: hidden, packed: packed)
    }
  }

  /// The product with these rows alone, under the same mask.
  func restricted(to rows: Range<Int>) -> RecurrentProduct {
    RecurrentProduct(weights, rows: rows, values, mask, pass)
  }

  private static func blocks(_ weights: RecurrentWeights, _ rows: Range<Int>) -> [(Range<Int>, Range<Int>)] {
    guard weights.heads > 1 else { return [(rows, 0..<weights.width)] }
    let size = weights.width / weights.heads
    return stride(from: rows.lowerBound, to: rows.upperBound, by: size).map { start in
      (start..<start + size, start % weights.width..<start % weights.width + size)
    }
  }

  /// out [n, rows] += h Uᵀ, or = without `adding`.
  public func add(_ h: Matrix, to out: Matrix, adding: Bool = true) {
    for block in ahead {
      Kernels.multiply(h.columns(block.hidden), block.packed, adding: adding, into: out.columns(block.gates))
    }
  }

  /// dh [n, H] = dy U, or += when adding.
  public func inputBack(_ dy: Matrix, adding: Bool, into dh: Matrix) {
    // Several gates add to the same units of a head.
    if !adding, weights.heads > 1 { dh.fill(0) }
    let adds = adding || weights.heads > 1
    for block in behind {
      Kernels.multiply(dy.columns(block.gates), block.packed, adding: adds, into: dh.columns(block.hidden))
    }
  }

  /// Adds the gradients of weight_hh and bias_hh, over all rows at once.
  ///
  /// - Parameters:
  ///   - dy: [R, rows].
  ///   - h: [R, H], as the product saw it.
  public func back(_ dy: Matrix, _ h: Matrix) {
    let gradient = pass.gradient(weights.hh).rows(rows)
    let sums = mask == nil ? gradient : pass.arena.zeros(gradient.rows, gradient.columns)
    for (gates, hidden) in RecurrentProduct.blocks(weights, rows) {
      let own = gates.shifted(by: -rows.lowerBound)
      Kernels.multiply(dy.columns(own), h.columns(hidden), .left, adding: true, into: sums.rows(own))
    }
    if let mask {
      Kernels.multiplyElements(sums, mask.rows(rows), into: sums)
      Kernels.add(sums, to: gradient)
    }
    if let biases = weights.biases { Kernels.addColumnSums(dy, to: pass.gradient(biases.hh).columns(rows)) }
  }
}

extension Range<Int> {
  fileprivate func shifted(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}
