import CLibrary

/// How the bytes of a file become text. A byte order mark at the beginning of a file says it better than any option.
package enum TextEncoding: String, CaseIterable, Sendable {
  case utf8 = "utf-8"
  case latin1 = "iso-8859-1"
  /// Latin-1 with the quotes, dashes and the euro sign of Windows where that has control characters.
  case windows1252 = "windows-1252"

  /// A name in any of its spellings: `UTF8`, `utf-8`, `latin-1`, `ISO_8859-1`, `cp1252`.
  package init?(rawValue: String) {
    switch rawValue.lowercased().filter({ $0.isLetter || $0.isNumber }) {
    case "utf8": self = .utf8
    case "latin1", "l1", "iso88591": self = .latin1
    case "windows1252", "cp1252": self = .windows1252
    default: return nil
    }
  }

  /// UTF-8 without byte order mark, lines ended by a line feed alone.
  ///
  /// - Parameter advice: what else can be done about bytes that are not UTF-8, as the end of a sentence.
  /// - Throws: `InputError` with the line of the first byte that is not text.
  package func decode(_ bytes: [UInt8], file: String, advice: String = "") throws -> [UInt8] {
    let mark = ByteOrderMark(bytes)
    let text = try mark?.decode(bytes, file: file) ?? bytes
    if let zero = text.index(of: 0) {
      throw InputError(
        "this line holds a NUL, so the file is no text, or in an encoding that it does not name; convert it to UTF-8",
        file: file, line: text[..<zero].lines)
    }
    if mark == nil, self != .utf8 { return TextEncoding.withoutReturns(widened(text)) }
    if mark == nil { try ByteOrderMark.utf8.validate(text, file: file, advice: advice) }
    return TextEncoding.withoutReturns(text)
  }

  /// UTF-8 of an encoding with one byte a character.
  private func widened(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
    let upper = (0x80...0xFF).map { Array(String(scalar(of: $0)).utf8) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes {
      if byte < 0x80 { result.append(byte) } else { result += upper[Int(byte) - 0x80] }
    }
    return result
  }

  /// Every Latin-1 byte is the Unicode scalar of the same number; so is one that Windows has left free.
  private func scalar(of byte: UInt8) -> Unicode.Scalar {
    let found = self == .windows1252 && (0x80...0x9F).contains(byte) ? TextEncoding.windows[Int(byte) - 0x80] : "?"
    return found == "?" ? Unicode.Scalar(byte) : found
  }

  /// 0x80 to 0x9F, with question marks for what is free.
  private static let windows = Array("€?‚ƒ„…†‡ˆ‰Š‹Œ?Ž??‘’“”•–—˜™š›œ?žŸ".unicodeScalars)

  /// Drops carriage returns before line feeds.
  private static func withoutReturns(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.index(of: UInt8(ascii: "\r")) != nil else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (i, byte) in bytes.enumerated() {
      let ended = i + 1 == bytes.count || bytes[i + 1] == UInt8(ascii: "\n")
      if byte != UInt8(ascii: "\r") || !ended { result.append(byte) }
    }
    return result
  }
}

extension Files {
  /// A text that people write for this program: UTF-8, or what its byte order mark says.
  package static func readText(_ path: String) throws -> String {
    String(decoding: try TextEncoding.utf8.decode(try read(path), file: path), as: UTF8.self)
  }
}

extension [UInt8] {
  /// The index of the first such byte, found as fast as memory is read.
  fileprivate func index(of byte: UInt8) -> Int? {
    withUnsafeBytes { all in
      guard let start = all.baseAddress, let found = memchr(start, Int32(byte), all.count) else { return nil }
      return UnsafeRawPointer(found) - start
    }
  }
}
