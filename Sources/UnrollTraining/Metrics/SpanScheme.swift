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
      broken.bio += bio.broken(in: sequence)
      broken.iob1 += iob1.broken(in: sequence)
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

/// What a scheme allows among K labels: what a conditional random field must never choose is the rest.
public struct SpanRules: Equatable, Sendable {
  /// By label: whether a sequence may begin with it.
  public let starts: [Bool]
  /// By label: whether a sequence may end with it.
  public let ends: [Bool]
  /// `[K, K]`, row by row: whether the column's label may follow the row's.
  public let transitions: [Bool]

  /// - Parameter labels: by id.
  public init(_ scheme: SpanScheme, _ labels: [SpanTag]) {
    starts = labels.map { scheme.allows(nil, $0) }
    ends = labels.map { scheme.allows($0, nil) }
    transitions = labels.flatMap { first in labels.map { scheme.allows(first, $0) } }
  }

  /// How many starts, ends and transitions of a sequence are not allowed; those beside a negative label, which stands for none, do not count.
  func broken(in sequence: [Int32]) -> Int {
    guard let first = sequence.first, let last = sequence.last else { return 0 }
    let inside = zip(sequence, sequence.dropFirst()).count { previous, next in
      previous >= 0 && next >= 0 && !transitions[Int(previous) * starts.count + Int(next)]
    }
    return inside + (first < 0 || starts[Int(first)] ? 0 : 1) + (last < 0 || ends[Int(last)] ? 0 : 1)
  }
}

/// A label of a token, taken apart.
public struct SpanTag: Hashable, Sendable {
  public enum Prefix: Character, Sendable {
    case begin = "B"
    case inside = "I"
    case end = "E"
    case single = "S"
    case outside = "O"
  }

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
