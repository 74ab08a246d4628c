import UnrollCore
import UnrollLayers
import UnrollSystem

/// How time and memory of a training step grow: one axis at a time around a base point.
///
/// Along an axis nothing else changes. Lengths go with one sequence a batch, so that the longest fits; all other axes around
/// sixteen sequences of 128 tokens.
package struct BenchScaling {
  package enum Axis: String, CaseIterable, Codable, Sendable { case length, width, batch, vocabulary, threads }

  /// One point of an axis; `left_out` says why nothing was measured.
  package struct Point: Codable, Sendable {
    package let backend: String
    package let axis: Axis
    package let value: Int
    package var ms: Double?
    package var us_per_token: Double?
    package var peak_mib: Int?
    package var left_out: String?
  }

  /// The transformer sees a window of tokens unless it is told otherwise; this one sees all.
  private static let whole = (name: "transformer-full", backend: TransformerOptions.name, options: "context=65536")

  /// Every backend, and the transformer without a window.
  package static var names: [String] { Backends.all.map { $0.name } + [whole.name] }

  private let backend: String
  private let seconds: Double
  private let budget: BenchProcess.Budget
  /// The base point stands on several axes and is measured once.
  private var known: [BenchCase: [Int: BenchProcess.Outcome]] = [:]

  /// - Parameters:
  ///   - seconds: measuring time of a point.
  ///   - budget: what a point may take altogether.
  /// - Throws: `InputError` for a backend that is not there.
  package init(backend: String, seconds: Double, budget: BenchProcess.Budget) throws {
    guard BenchScaling.names.contains(backend) else {
      throw InputError(Suggestion.unknown("backend", backend, known: BenchScaling.names))
    }
    (self.backend, self.seconds, self.budget) = (backend, seconds, budget)
  }

  package static func values(_ axis: Axis) -> [Int] {
    switch axis {
    case .length: [64, 256, 1024, 4096, 16_384, 65_536]
    case .width: [32, 64, 128, 256, 512]
    case .batch: [1, 4, 16, 64, 128]
    case .vocabulary: [100, 1000, 10_000, 50_000]
    case .threads: powers(upTo: Machine.cores)
    }
  }

  /// 1, 2, 4, … and the number itself.
  static func powers(upTo most: Int) -> [Int] {
    let powers = sequence(first: 1) { 2 * $0 <= most ? 2 * $0 : nil }
    return Array(powers) + (powers.contains(most) ? [] : [most])
  }

  /// A window makes no difference to the short sequences of all other axes.
  package static func axes(of backend: String) -> [Axis] { backend == whole.name ? [.length] : Axis.allCases }

  package static func points(of backend: String) -> Int { axes(of: backend).reduce(0) { $0 + values($1).count } }

  /// The points of one axis in order; `report` is told each.
  package mutating func run(_ axis: Axis, report: (Point) throws -> Void) throws {
    var last: Point?
    for value in BenchScaling.values(axis) {
      let point = try beyondBudget(axis, value, after: last) ?? measure(axis, value)
      try report(point)
      last = point
    }
  }

  /// A longer sequence costs at least its share more: what cannot fit into the budget is not begun.
  func beyondBudget(_ axis: Axis, _ value: Int, after last: Point?) -> Point? {
    guard axis == .length, let last else { return nil }
    if let reason = last.left_out { return leftOut(axis, value, reason) }
    let least = last.ms! * Double(value / last.value) * Double(Stopwatch.fewest) / 1000
    return least <= budget.seconds ? nil : leftOut(axis, value, "over \(Int(budget.seconds)) s")
  }

  private mutating func measure(_ axis: Axis, _ value: Int) throws -> Point {
    let item = item(axis, value)
    let threads = axis == .threads ? value : 1
    let outcome =
      try known[item]?[threads] ?? item.measureApart(threads: threads, seconds: seconds, within: budget)
    known[item, default: [:]][threads] = outcome
    switch outcome {
    case .none(let reason): return leftOut(axis, value, reason)
    case .result(let result):
      return Point(
        backend: backend, axis: axis, value: value, ms: result.ms,
        us_per_token: (result.ms * 1e6 / Double(item.rows)).rounded() / 1e3, peak_mib: result.peak_mib)
    }
  }

  private func leftOut(_ axis: Axis, _ value: Int, _ reason: String) -> Point {
    Point(backend: backend, axis: axis, value: value, left_out: reason)
  }

  func item(_ axis: Axis, _ value: Int) -> BenchCase {
    var item = BenchCase()
    let isWhole = backend == BenchScaling.whole.name
    (item.name, item.backend) = ("scaling", isWhole ? BenchScaling.whole.backend : backend)
    if isWhole { item.options = BenchScaling.whole.options }
    (item.hidden, item.embed, item.classes) = (64, 64, 17)
    (item.vocabulary, item.batch, item.length) = (1000, 16, 128)
    switch axis {
    case .length: (item.length, item.batch) = (value, 1)
    case .width: item.hidden = value
    case .batch: item.batch = value
    case .vocabulary: item.vocabulary = value
    case .threads: break
    }
    return item
  }
}
