import UnrollCore
import UnrollData

/// Vectors of words from a text file, as GloVe, word2vec and fastText leave them: a word and its numbers a line.
///
/// What such files hold that one does not expect: a first line with the number of words and the width (word2vec, fastText);
/// words with blanks in them (`. . .` in GloVe's), so that the numbers are the last ones of a line; blanks at the ends of
/// lines; words of broken UTF-8; words that come twice.
public struct WordVectors: Sendable {
  /// Numbers of a vector.
  public let width: Int
  /// By word, of those that were asked for. Of a word that stands there twice the first.
  package let values: [TokenKey: [Float]]

  /// Reads the vectors of words for which `wanted` is true; nothing else of the file stays in memory.
  ///
  /// - Throws: `InputError` with file and line where a line has another width than the others, or a wanted word something
  ///   else than finite numbers; where there are fewer vectors than the first line says.
  public init(path: String, wanted: @escaping (String) -> Bool) throws {
    var reading = VectorReading(path: path, wanted: wanted)
    try LineReader.forEachLine(of: path) { try reading.take($0, $1) }
    width = try reading.settledWidth()
    try reading.requireAll()
    values = reading.found
  }
}

private struct VectorReading {
  typealias Bytes = ArraySlice<UInt8>

  private let path: String
  private let wanted: (String) -> Bool
  /// Words with blanks look like wider lines, so the width is what most of the first lines have, which wait here.
  private var first: [(bytes: Bytes, line: Int)] = []
  private var width: Int?
  private(set) var found: [TokenKey: [Float]] = [:]
  /// Vectors that the first line says there are, and those that there were.
  private var (stated, count): (Int?, Int) = (nil, 0)

  private static let firstLines = 100

  init(path: String, wanted: @escaping (String) -> Bool) { (self.path, self.wanted) = (path, wanted) }

  mutating func take(_ bytes: Bytes, _ line: Int) throws {
    let bytes = bytes.withoutEndingBlanks
    if bytes.isEmpty { return }
    if let width { return try keep(bytes, line, width) }
    if line == 1, let size = VectorReading.statedSize(bytes) {
      (stated, width) = size
    } else {
      first.append((Array(bytes)[...], line))
      if first.count == VectorReading.firstLines { _ = try settledWidth() }
    }
  }

  mutating func settledWidth() throws -> Int {
    if let width { return width }
    guard !first.isEmpty else { throw InputError("there are no vectors in this file", file: path) }
    let counts = Dictionary(grouping: first, by: \.bytes.blanks).mapValues(\.count)
    let common = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }!.key
    guard common > 0 else { throw InputError("a word without numbers", file: path, line: first[0].line) }
    width = common
    for (bytes, line) in first { try keep(bytes, line, common) }
    first = []
    return common
  }

  /// A first line of two whole numbers.
  private static func statedSize(_ bytes: Bytes) -> (count: Int, width: Int)? {
    let fields = bytes.split(separator: .space).map { Int(String(decoding: $0, as: UTF8.self)) }
    guard fields.count == 2, let count = fields[0], let width = fields[1], width > 0 else { return nil }
    return (count, width)
  }

  func requireAll() throws {
    guard let stated, count < stated else { return }
    throw InputError(
      "the first line says \(stated.counted("vector")), and \(count) follow: the file is cut short", file: path,
      line: 1)
  }

  private mutating func keep(_ bytes: Bytes, _ line: Int, _ width: Int) throws {
    count += 1
    let blanks = bytes.blanks
    // The last `width` blanks stand in front of numbers; what is before them is the word.
    var end = bytes.endIndex
    if blanks == width {
      end = bytes.firstIndex(of: .space)!
    } else if blanks > width {
      for _ in 0..<width { end = bytes[..<end].lastIndex(of: .space)! }
    }
    let name = bytes[..<end]
    guard blanks >= width, blanks == width || !VectorReading.holdsDecimals(name) else {
      throw InputError("\(blanks) numbers, where the vectors of this file have \(width)", file: path, line: line)
    }
    let word = String(decoding: name, as: UTF8.self)
    // Nobody can ask for what is no word.
    guard !name.isEmpty, word.utf8.elementsEqual(name), wanted(word), found[TokenKey(word)] == nil else { return }
    found[TokenKey(word)] = try bytes[(end + 1)...].split(separator: .space, omittingEmptySubsequences: false).map {
      field in
      let text = String(decoding: field, as: UTF8.self)
      guard let value = Float(text), value.isFinite else {
        throw InputError("\"\(text)\" in the vector of \"\(word)\" is not a finite number", file: path, line: line)
      }
      return value
    }
  }

  /// Whether behind its first blank there are decimal fractions alone: then they are numbers too many, and no word.
  private static func holdsDecimals(_ name: Bytes) -> Bool {
    let more = name.split(separator: .space).dropFirst()
    return !more.isEmpty
      && more.allSatisfy { $0.contains(UInt8(ascii: ".")) && Float(String(decoding: $0, as: UTF8.self)) != nil }
  }
}

extension ArraySlice<UInt8> {
  fileprivate var blanks: Int {
    withUnsafeBufferPointer { bytes in
      var count = 0
      for byte in bytes where byte == .space { count += 1 }
      return count
    }
  }

  fileprivate var withoutEndingBlanks: ArraySlice<UInt8> {
    var end = endIndex
    while end > startIndex, self[end - 1] == .space { end -= 1 }
    return self[..<end]
  }
}

extension UInt8 {
  fileprivate static let space = UInt8(ascii: " ")
}
