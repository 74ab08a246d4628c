/// A span of a sequence: its type and its first and last token.
public struct Span: Hashable, Sendable {
  /// As labels have it behind the hyphen.
  public let type: String
  /// From 0, both ends included.
  public let tokens: ClosedRange<Int>

  /// A span that was not read from labels.
  public init(_ type: String, _ tokens: ClosedRange<Int>) { (self.type, self.tokens) = (type, tokens) }
}

/// What is done with labels that break the scheme.
public enum SpanReading: String, CaseIterable, Codable, Sendable {
  /// As `conlleval`, and `seqeval` by default: a span begins wherever one could, and ends where it must.
  case lenient
  /// As `seqeval` with `mode="strict"`: a span that breaks the scheme is none.
  case strict
}

extension [SpanTag] {
  /// The spans of one sequence, in order.
  public func spans(_ scheme: SpanScheme, _ reading: SpanReading = .lenient) -> [Span] {
    switch reading {
    case .lenient: lenientSpans
    case .strict: strictSpans(scheme)
    }
  }

  private var lenientSpans: [Span] {
    var (found, start): ([Span], Int?) = ([], nil)
    for place in 0...count {
      let before = place > 0 ? self[place - 1] : nil
      let now = place < count ? self[place] : nil
      if let begun = start, let before, before.endsSpan(before: now) {
        found.append(Span(before.type, begun...place - 1))
        start = nil
      }
      if let now, now.beginsSpan(after: before) { start = place }
    }
    return found
  }

  private func strictSpans(_ scheme: SpanScheme) -> [Span] {
    var (found, place): ([Span], Int) = ([], 0)
    while place < count {
      guard self[place].beginsStrictly(scheme, after: place > 0 ? self[place - 1] : nil) else {
        place += 1
        continue
      }
      var end = place + 1
      while end < count, self[end].goesOnStrictly(scheme, after: self[end - 1]) { end += 1 }
      if self[end - 1].endsStrictly(scheme, before: end < count ? self[end] : nil) {
        found.append(Span(self[place].type, place...end - 1))
      }
      place = end
    }
    return found
  }
}

extension SpanTag {
  private var isOpen: Bool { prefix == .begin || prefix == .inside }

  fileprivate func beginsSpan(after before: SpanTag?) -> Bool {
    switch prefix {
    case .outside: false
    case .begin, .single: true
    case .inside, .end: before.map { !$0.isOpen || $0.type != type } ?? true
    }
  }

  fileprivate func endsSpan(before next: SpanTag?) -> Bool {
    guard isOpen, let next else { return prefix != .outside }
    return next.prefix != .inside && next.prefix != .end || next.type != type
  }

  fileprivate func beginsStrictly(_ scheme: SpanScheme, after before: SpanTag?) -> Bool {
    switch (scheme, prefix) {
    case (.bio, .begin), (.bioes, .begin), (.bioes, .single): true
    case (.iob1, .inside): before?.prefix != .inside || before?.type != type
    case (.iob1, .begin): before?.isOpen == true && before?.type == type
    default: false
    }
  }

  fileprivate func goesOnStrictly(_ scheme: SpanScheme, after before: SpanTag) -> Bool {
    before.isOpen && type == before.type && (prefix == .inside || scheme == .bioes && prefix == .end)
  }

  /// In IOB1 `seqeval` has no rule for a `B-` in front of a `B-` of another type, and counts no span there.
  fileprivate func endsStrictly(_ scheme: SpanScheme, before next: SpanTag?) -> Bool {
    switch scheme {
    case .bio: true
    case .bioes: !isOpen
    case .iob1: prefix != .begin || next?.prefix != .begin || next?.type == type
    }
  }
}
