/// The ids of one sentence of CoNLL-U after the other: words count up from 1, a range stands before its first word, an empty node
/// after the word whose number it has, a head is one of the words or 0. A line that is lost, doubled or out of order breaks
/// one of these.
struct ConllUIds {
  private let file: TextFile
  private var words = 0
  /// Empty nodes since the last word.
  private var nodes = 0
  /// The last word of the last range, and the largest head, each with its line.
  private var range = (last: 0, line: 0)
  private var head = (largest: 0, line: 0)

  init(_ file: TextFile) { self.file = file }

  /// Whether token lines of a sentence came that has not ended.
  var isInside: Bool { words > 0 || nodes > 0 || range.last > 0 }

  /// Whether the id is a word's; false for a range or an empty node.
  ///
  /// - Throws: `InputError` for an id that is none, or that does not stand where it should, and for such a head.
  mutating func takes(_ id: TextFile.Bytes, head: TextFile.Bytes, line: Int) throws -> Bool {
    if let word = ConllUIds.number(id) {
      guard word == words + 1 else {
        throw file.error(
          "the word id is \(word) where \(words + 1) comes next: ids count up from 1, and a blank line ends a sentence",
          line)
      }
      (words, nodes) = (word, 0)
      try take(head: head, line)
      return true
    }
    guard let mark = id.firstIndex(where: { !$0.isDigit }), let first = ConllUIds.number(id[..<mark]),
      let second = ConllUIds.number(id[(mark + 1)...])
    else { throw unknown(id, line) }
    switch id[mark] {
    case UInt8(ascii: "-"): try takeRange(first, second, line)
    case UInt8(ascii: "."): try takeNode(first, second, line)
    default: throw unknown(id, line)
    }
    return false
  }

  /// - Throws: `InputError` when a range or a head points behind the last word.
  mutating func endSentence() throws {
    for (what, last, line) in [("range reaches to", range.last, range.line), ("head is", head.largest, head.line)]
    where last > words {
      throw file.error("the \(what) word \(last), and the sentence ends after \(words): are words missing?", line)
    }
    self = ConllUIds(file)
  }

  private mutating func take(head: TextFile.Bytes, _ line: Int) throws {
    if head.isEmpty || head.isUnderscore { return }
    guard let word = ConllUIds.number(head) else {
      throw file.error("the head \"\(head.text)\" is neither the id of a word, nor 0, nor _", line)
    }
    if word > self.head.largest { self.head = (word, line) }
  }

  private mutating func takeRange(_ first: Int, _ last: Int, _ line: Int) throws {
    guard first == words + 1, first > range.last, last >= first else {
      throw file.error(
        "the range \(first)-\(last) stands before word \(words + 1): a range stands before its first word, and none overlap",
        line)
    }
    range = (last, line)
  }

  private mutating func takeNode(_ word: Int, _ number: Int, _ line: Int) throws {
    guard word == words, number == nodes + 1 else {
      throw file.error(
        "the empty node is \(word).\(number) where \(words).\(nodes + 1) comes next: it has the number of the word above",
        line)
    }
    nodes = number
  }

  private func unknown(_ id: TextFile.Bytes, _ line: Int) -> Error {
    file.error("\"\(id.text)\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1", line)
  }

  /// The value of digits without leading zeros.
  private static func number(_ digits: TextFile.Bytes) -> Int? {
    guard let first = digits.first, digits.count < 10, digits.count == 1 || first != UInt8(ascii: "0") else {
      return nil
    }
    var value = 0
    for digit in digits {
      guard digit.isDigit else { return nil }
      value = 10 * value + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
