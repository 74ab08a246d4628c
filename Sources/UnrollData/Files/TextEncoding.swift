import UnrollCore

/// How the bytes of a file become text.
enum TextEncoding: String, CaseIterable, Sendable {
  case utf8 = "utf-8"
  case latin1 = "iso-8859-1"

  /// UTF-8 without byte order mark, lines ended by a line feed alone.
  ///
  /// - Throws: `InputError` with the line of the first byte that is not UTF-8.
  func decode(_ bytes: [UInt8], file: String) throws -> [UInt8] {
    switch self {
    case .latin1: return TextEncoding.withoutReturns(TextEncoding.widened(bytes))
    case .utf8:
      try TextEncoding.validate(bytes, file: file)
      let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
      return TextEncoding.withoutReturns(bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes)
    }
  }

  /// The standard library repairs broken text; where the repaired text differs is the first broken byte.
  private static func validate(_ bytes: [UInt8], file: String) throws {
    var text = String(decoding: bytes, as: UTF8.self)
    let broken: Int? = text.withUTF8 { repaired in
      guard !repaired.elementsEqual(bytes) else { return nil }
      return zip(repaired, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? repaired.count
    }
    guard let broken else { return }
    let line = bytes[..<min(broken, bytes.count)].count { $0 == .newline } + 1
    throw InputError(
      "this line is not valid UTF-8; convert the file, or set encoding to \(TextEncoding.latin1.rawValue)",
      file: file, line: line)
  }

  /// Every Latin-1 byte is the Unicode scalar of the same number; from 0x80 on it takes two bytes.
  private static func widened(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes {
      if byte < 0x80 {
        result.append(byte)
      } else {
        result.append(0xC0 | byte >> 6)
        result.append(0x80 | byte & 0x3F)
      }
    }
    return result
  }

  /// Drops carriage returns before line feeds.
  private static func withoutReturns(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(.carriageReturn) else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (i, byte) in bytes.enumerated() {
      let ended = i + 1 == bytes.count || bytes[i + 1] == .newline
      if byte != .carriageReturn || !ended { result.append(byte) }
    }
    return result
  }
}

extension UInt8 {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")

  /// Space, tab or line feed. Unicode's other spaces are ordinary characters of a token.
  var isBlank: Bool { self == .space || self == .tab || self == .newline }
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
