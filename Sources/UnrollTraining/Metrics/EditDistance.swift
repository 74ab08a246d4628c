/// Single edits that lead from references to outputs (Levenshtein 1966), of one item or of many together: over words, phones
/// or characters they are the word, phone and character error rate.
///
/// Of several alignments with as few edits the one of `jiwer` counts, so that each kind of edit is counted alike.
public struct EditDistance: Equatable, Sendable {
  /// Tokens in the place of others.
  public private(set) var substitutions = 0
  /// Tokens of outputs that references do not have.
  public private(set) var insertions = 0
  /// Tokens of references that outputs do not have.
  public private(set) var deletions = 0
  /// Tokens of the references.
  public private(set) var length = 0

  /// Of no item.
  public init() {}

  /// Of one item.
  ///
  /// Cost: tokens of the output times those of the references, once what they begin and end with alike is set aside.
  ///
  /// - Parameters:
  ///   - output: its tokens, maybe none; characters are Unicode scalars elsewhere.
  ///   - references: one at least. The one with the fewest edits counts (of several the first), and so does its length.
  public init<Token: Equatable>(_ output: [Token], _ references: [[Token]]) {
    precondition(!references.isEmpty, "an output is held against a reference")
    self = references.map { EditDistance(output, $0) }.min { $0.edits < $1.edits }!
  }

  private init<Token: Equatable>(_ output: [Token], _ reference: [Token]) {
    let start = zip(output, reference).prefix { $0 == $1 }.count
    let (said, asked) = (output[start...], reference[start...])
    let end = zip(said.reversed(), asked.reversed()).prefix { $0 == $1 }.count
    self.init(between: Array(said.dropLast(end)), and: asked.dropLast(end))
    length = reference.count
  }

  /// A row holds the ways from the reference up to a token to every beginning of the output.
  private init<Token: Equatable>(between output: [Token], and reference: ArraySlice<Token>) {
    var row = (0...output.count).map { count in
      var way = EditDistance()
      way.insertions = count
      return way
    }
    for token in reference {
      var before = row[0]
      row[0].deletions += 1
      for (place, said) in output.enumerated() {
        let above = row[place + 1]
        row[place + 1] = EditDistance(above: above, left: row[place], before: before, isEqual: said == token)
        before = above
      }
    }
    self = row[output.count]
  }

  /// Which way is gone on with: a deletion where none is shorter, else an insertion where a substitution would be longer.
  private init(above: EditDistance, left: EditDistance, before: EditDistance, isEqual: Bool) {
    let fewest = min(above.edits + 1, left.edits + 1, before.edits + (isEqual ? 0 : 1))
    if above.edits + 1 == fewest {
      self = above
      deletions += 1
    } else if left.edits < before.edits {
      self = left
      insertions += 1
    } else {
      self = before
      substitutions += isEqual ? 0 : 1
    }
  }

  /// Edits of all kinds.
  public var edits: Int { substitutions + insertions + deletions }

  /// Edits / tokens of the references, above 1 where outputs are much too long; without any token in the references the edits
  /// themselves, as in `jiwer`.
  public var rate: Double { Double(edits) / Double(max(1, length)) }

  /// Adds other items.
  public static func += (left: inout EditDistance, right: EditDistance) {
    left.substitutions += right.substitutions
    left.insertions += right.insertions
    left.deletions += right.deletions
    left.length += right.length
  }
}
