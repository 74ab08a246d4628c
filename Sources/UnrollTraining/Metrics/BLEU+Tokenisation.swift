/// Tokens are scalars, not `Character`s: so scores know nothing of Unicode's equivalences, as sacreBLEU's do not.
extension BLEU.Tokenisation {
  /// The tokens of a text.
  func tokens(_ text: String) -> [[Unicode.Scalar]] {
    let scalars = Array(text.unicodeScalars)
    return (self == .none ? scalars : BLEU.Tokenisation.v13a(scalars)).split(whereSeparator: \.isBlank).map(Array.init)
  }

  /// With blanks around what is a token of its own. Rules go over the text one after the other, each from left to right, and what a
  /// rule has matched it does not look at again.
  private static func v13a(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = Array(text[..<(text.lastIndex { !$0.isBlank }.map { $0 + 1 } ?? 0)])
    for (mark, plain) in replacements { text = text.replacing(mark, with: plain) }
    text = ([" "] + text + [" "]).flatMap { $0.standsAlone ? [" ", $0, " "] : [$0] }
    text = text.replacingPairs { !$0.isDigit && $1.isStop ? [$0, " ", $1, " "] : nil }
    text = text.replacingPairs { $0.isStop && !$1.isDigit ? [" ", $0, " ", $1] : nil }
    return text.replacingPairs { $0.isDigit && $1 == "-" ? [$0, " ", $1, " "] : nil }
  }

  /// Marks of files for evaluation, words that a line's end divides, and what XML has in the place of some signs.
  private static let replacements: [([Unicode.Scalar], [Unicode.Scalar])] = [
    ("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"),
  ].map { (Array($0.0.unicodeScalars), Array($0.1.unicodeScalars)) }
}

extension [Unicode.Scalar] {
  /// - Parameter replacement: of a pair; nil where it stays.
  fileprivate func replacingPairs(_ replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]?) -> Self {
    var (found, place): (Self, Int) = ([], 0)
    while place < count {
      if place + 1 < count, let pair = replacement(self[place], self[place + 1]) {
        found += pair
        place += 2
      } else {
        found.append(self[place])
        place += 1
      }
    }
    return found
  }
}

extension Unicode.Scalar {
  /// As Python's `str.split` has it: Unicode's white space and four separators of ASCII.
  var isBlank: Bool { properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains(self) }

  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }

  fileprivate var isStop: Bool { self == "." || self == "," }

  /// ASCII's punctuation but `'`, `,`, `-` and `.`.
  fileprivate var standsAlone: Bool {
    switch self {
    case "!"..."&", "("..."+", "/", ":"..."@", "["..."`", "{"..."~": true
    default: false
    }
  }
}
