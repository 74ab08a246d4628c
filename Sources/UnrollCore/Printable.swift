extension String {
  /// The same text for a reader's eyes: control characters, turns of the reading direction and what XML forbids become `�`.
  ///
  /// Names come from files of others. As they stand, they could move a terminal's cursor or end a drawing's document. Line ends
  /// and tabs stay.
  package var printable: String {
    guard unicodeScalars.contains(where: { !$0.isPrintable }) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { $0.isPrintable ? $0 : "\u{FFFD}" }))
  }
}

extension Unicode.Scalar {
  fileprivate var isPrintable: Bool {
    switch value {
    case 0x09, 0x0A: true
    case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: false
    default: true
    }
  }
}
