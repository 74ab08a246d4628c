/// chrF2 (Popović 2015) of one item or of many together, as sacreBLEU has it: n-grams of up to six characters (Unicode scalars),
/// white space left out, recall twice as important as precision, cases told apart.
public struct ChrF: Equatable, Sendable {
  /// The longest n-grams.
  public static let order = 6
  private static let beta = 2.0

  /// n-grams of one length.
  private struct Counts: Equatable {
    /// Of outputs, where their reference is long enough to have any.
    var outputs = 0
    var references = 0
    var matches = 0
  }

  /// By n − 1.
  private var counts = [Counts](repeating: Counts(), count: ChrF.order)

  /// Of no item.
  public init() {}

  /// Of one item.
  ///
  /// - Parameters:
  ///   - output: maybe empty.
  ///   - references: one at least; the one with the best score counts, of equal ones the first.
  public init(_ output: String, _ references: [String]) {
    precondition(!references.isEmpty, "an output is held against a reference")
    let output = ChrF.characters(output)
    self = references.map { ChrF(output, ChrF.characters($0)) }.max { $0.score < $1.score }!
  }

  private init(_ output: [Unicode.Scalar], _ reference: [Unicode.Scalar]) {
    for n in 1...ChrF.order where reference.count >= n {
      let known = reference.nGrams(n)
      counts[n - 1].references = reference.count - n + 1
      counts[n - 1].outputs = max(0, output.count - n + 1)
      counts[n - 1].matches = output.nGrams(n).reduce(0) { $0 + min($1.value, known[$1.key] ?? 0) }
    }
  }

  private static func characters(_ text: String) -> [Unicode.Scalar] { text.unicodeScalars.filter { !$0.isBlank } }

  /// F₂ of the mean precision and the mean recall over lengths that outputs and references have; from 0 to 1, and sacreBLEU shows it
  /// times 100. 0 where nothing matches.
  public var score: Double {
    let present = counts.filter { $0.outputs > 0 && $0.references > 0 }
    let precision = present.reduce(0) { $0 + Double($1.matches) / Double($1.outputs) } / Double(present.count)
    let recall = present.reduce(0) { $0 + Double($1.matches) / Double($1.references) } / Double(present.count)
    guard precision + recall > 0 else { return 0 }
    let square = ChrF.beta * ChrF.beta
    return (1 + square) * precision * recall / (square * precision + recall)
  }

  /// Adds other items.
  public static func += (left: inout ChrF, right: ChrF) {
    for n in 0..<order {
      left.counts[n].outputs += right.counts[n].outputs
      left.counts[n].references += right.counts[n].references
      left.counts[n].matches += right.counts[n].matches
    }
  }
}
