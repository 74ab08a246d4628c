import UnrollKernels

/// What stands beside every sequence of a batch: the premise of a hypothesis, the source of a target. It is packed in an order of its own, since
/// its lengths are its own.
public final class BatchSource: Sendable {
  /// B sequences, longest first; nothing is asked for in them.
  public let batch: Batch
  /// [B]: for every sequence of the outer batch where its own stands in `batch`.
  public let places: [Int32]
  private let inverse: [Int32]

  /// - Parameters:
  ///   - batch: B sequences.
  ///   - places: [B], each once.
  init(_ batch: Batch, places: [Int32]) {
    (self.batch, self.places) = (batch, places)
    var inverse = places
    for (own, place) in places.enumerated() { inverse[Int(place)] = Int32(own) }
    self.inverse = inverse
  }

  /// Packs tokens of each sequence.
  ///
  /// - Parameters:
  ///   - tokens: of every sequence of the outer batch, in its order; none is empty.
  ///   - words: how they are written; empty where nobody reads it.
  convenience init(tokens: [[Int32]], words: [[String]]) {
    let order = BatchSource.order(tokens.map(\.count))
    let steps = PackedSteps(lengths: order.map { tokens[$0].count })
    func packed<Element>(_ sequences: [[Element]]) -> [Element] {
      (0..<steps.steps).flatMap { t in (0..<Int(steps.live[t])).map { sequences[order[$0]][t] } }
    }
    let isSpelled = !words.allSatisfy(\.isEmpty)
    self.init(
      Batch(steps, tokens: packed(tokens), words: isSpelled ? packed(words) : [], targets: []),
      places: BatchSource.places(order))
  }

  /// The same sequences with other tokens.
  func replacing(_ batch: Batch) -> BatchSource { BatchSource(batch, places: places) }

  /// Those of some sequences of the outer batch.
  func sequences(_ own: [Int]) -> BatchSource {
    let wanted = own.map { Int(places[$0]) }
    let order = BatchSource.order(wanted.map { Int(batch.steps.lengths[$0]) })
    return BatchSource(batch.sequences(order.map { wanted[$0] }), places: BatchSource.places(order))
  }

  /// Rows [B, H] in the order of `batch` as rows in that of the outer batch.
  func outward(_ x: Matrix, _ arena: Arena) -> Matrix { BatchSource.gathered(x, places, arena) }

  /// Rows [B, H] in the order of the outer batch as rows in that of `batch`.
  func inward(_ x: Matrix, _ arena: Arena) -> Matrix { BatchSource.gathered(x, inverse, arena) }

  private static func gathered(_ x: Matrix, _ index: [Int32], _ arena: Arena) -> Matrix {
    let y = arena.matrix(index.count, x.columns)
    Kernels.gather(x, index, into: y)
    return y
  }

  /// Longest first, of equal ones the first.
  private static func order(_ lengths: [Int]) -> [Int] {
    lengths.indices.sorted { (lengths[$0], $1) > (lengths[$1], $0) }
  }

  private static func places(_ order: [Int]) -> [Int32] {
    var places = [Int32](repeating: 0, count: order.count)
    for (place, own) in order.enumerated() { places[own] = Int32(place) }
    return places
  }
}
