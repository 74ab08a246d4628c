import UnrollCore

/// How labels of single tokens say where spans (entities, chunks) begin and end: a prefix, a hyphen, a type (`B-PER`), or
/// `O` outside.
///
/// Sources: Ramshaw & Marcus 1995 (IOB1), Tjong Kim Sang & Veenstra 1999 (BIO), Ratinov & Roth 2009 (BIOES).
public enum SpanScheme: String, CaseIterable, Codable, Sendable {
  /// `B-` begins every span, `I-` goes on (also known as IOB2).
  case bio
  /// `I-` begins a span and goes on; `B-` begins one right behind another of the same type.
  case iob1
  /// `B-`, `I-`, `E-` at the end, `S-` alone (also known as IOBES).
  case bioes

  /// The scheme of a set of labels: BIOES where there are `E-` or `S-`; else BIO or IOB1, whichever the labels of training break less
  /// often.
  ///
  /// Nil for labels that are no spans: without `O`, without any `B-` or `I-`, or with a label of another form.
  ///
  /// - Parameters:
  ///   - labels: by id.
  ///   - training: sequences of ids; negative ones stand for no label.
  public init?(labels: [String], training: some Sequence<[Int32]>) {
    let tags = labels.compactMap(SpanTag.init)
    let prefixes = Set(tags.map(\.prefix))
    guard tags.count == labels.count, prefixes.contains(.outside) else { return nil }
    guard prefixes.contains(.begin) || prefixes.contains(.inside) else { return nil }
    guard prefixes.isDisjoint(with: [.end, .single]) else {
      self = .bioes
      return
    }
    let (bio, iob1) = (SpanRules(.bio, tags), SpanRules(.iob1, tags))
    var broken = (bio: 0, iob1: 0)
    for sequence in training {
      broken.bio += bio.broken(in: sequence).count
      broken.iob1 += iob1.broken(in: sequence).count
    }
    self = broken.bio <= broken.iob1 ? .bio : .iob1
  }

  /// Whether `next` may stand right behind `previous`; nil is the edge of a sequence.
  public func allows(_ previous: SpanTag?, _ next: SpanTag?) -> Bool {
    let open = previous.map { $0.prefix == .begin || $0.prefix == .inside } ?? false
    let goesOn = next.map { $0.prefix == .inside || $0.prefix == .end } ?? false
    let same = previous?.type == next?.type
    switch self {
    case .bio: return !goesOn || open && same
    case .bioes: return open == goesOn && (!goesOn || same)
    case .iob1: return next?.prefix != .begin || open && same
    }
  }
}

/// A label behind another that a scheme does not allow, both by id; nil is the edge of a sequence.
public struct InvalidTransition: Codable, Hashable, Sendable {
  /// Id of the first label; nil at the beginning of a sequence.
  public let from: Int?
  /// Id of the second; nil at the end of a sequence.
  public let to: Int?
}

/// What may stand among K labels: what a conditional random field must never choose is the rest.
public struct SpanRules: Equatable, Sendable {
  /// By label: whether a sequence may begin with it.
  public let starts: [Bool]
  /// By label: whether a sequence may end with it.
  public let ends: [Bool]
  /// `[K, K]`, row by row: whether the column's label may follow the row's.
  public let transitions: [Bool]

  /// - Parameters:
  ///   - scheme: what it allows may stand.
  ///   - labels: by id.
  ///   - shown: what training has in spite of the scheme, and so may stand, too.
  public init(_ scheme: SpanScheme, _ labels: [SpanTag], and shown: [InvalidTransition] = []) {
    let shown = Set(shown)
    func allows(_ from: Int?, _ to: Int?) -> Bool {
      scheme.allows(from.map { labels[$0] }, to.map { labels[$0] })
        || shown.contains(InvalidTransition(from: from, to: to))
    }
    starts = labels.indices.map { allows(nil, $0) }
    ends = labels.indices.map { allows($0, nil) }
    transitions = labels.indices.flatMap { first in labels.indices.map { allows(first, $0) } }
  }

  private func allows(_ from: Int?, _ to: Int?) -> Bool {
    switch (from, to) {
    case (nil, nil): true
    case (nil, let first?): starts[first]
    case (let last?, nil): ends[last]
    case (let from?, let to?): transitions[from * starts.count + to]
    }
  }

  /// The starts, ends and transitions of a sequence that are not allowed; those beside a negative label, which stands for none, do not
  /// count.
  func broken(in sequence: some Sequence<Int32>) -> [InvalidTransition] {
    let labels = sequence.map { Optional(Int($0)) }
    return zip([nil] + labels, labels + [nil]).filter { from, to in
      (from ?? 0) >= 0 && (to ?? 0) >= 0 && !allows(from, to)
    }.map(InvalidTransition.init)
  }
}

/// A label of a token, taken apart.
public struct SpanTag: Hashable, Sendable {
  /// What a label says of its token's place in a span.
  public enum Prefix: Character, Sendable {
    /// The first token.
    case begin = "B"
    /// A token inside; of IOB1 also the first.
    case inside = "I"
    /// The last token.
    case end = "E"
    /// A span of one token.
    case single = "S"
    /// No span.
    case outside = "O"
  }

  /// What stands before the hyphen.
  public let prefix: Prefix
  /// `_` for a label that is a prefix alone, as in `seqeval`; empty outside.
  public let type: String

  /// Nil for a label of another form.
  public init?(_ label: String) {
    guard let first = label.first, let prefix = Prefix(rawValue: first) else { return nil }
    let rest = label.dropFirst()
    guard rest.isEmpty || prefix != .outside && rest.first == "-" && rest.count > 1 else { return nil }
    self.prefix = prefix
    type = prefix == .outside ? "" : rest.isEmpty ? "_" : String(rest.dropFirst())
  }
}
