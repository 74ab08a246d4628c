import CLibrary

/// The Unicode encodings that a file can name by its first bytes.
package enum ByteOrderMark: String, CaseIterable, Sendable {
  // In the order in which they are tried: the mark of UTF-32 begins with that of UTF-16.
  case utf8 = "UTF-8"
  case utf32Little = "UTF-32 (little end first)"
  case utf32Big = "UTF-32 (big end first)"
  case utf16Little = "UTF-16 (little end first)"
  case utf16Big = "UTF-16 (big end first)"

  /// The mark that `bytes` begin with.
  package init?(_ bytes: [UInt8]) {
    guard let mark = ByteOrderMark.allCases.first(where: { bytes.starts(with: $0.bytes) }) else { return nil }
    self = mark
  }

  private var bytes: [UInt8] {
    switch self {
    case .utf8: [0xEF, 0xBB, 0xBF]
    case .utf32Little: [0xFF, 0xFE, 0, 0]
    case .utf32Big: [0, 0, 0xFE, 0xFF]
    case .utf16Little: [0xFF, 0xFE]
    case .utf16Big: [0xFE, 0xFF]
    }
  }

  /// As UTF-8, without the mark.
  ///
  /// - Throws: `InputError` with the line of the first bytes that are not in this encoding.
  func decode(_ all: [UInt8], file: String) throws -> [UInt8] {
    let rest = Array(all.dropFirst(bytes.count))
    switch self {
    case .utf8:
      try validate(rest, file: file, advice: "")
      return rest
    case .utf32Little: return try transcoded(UTF32.self, rest, file) { UInt32(littleEndian: $0) }
    case .utf32Big: return try transcoded(UTF32.self, rest, file) { UInt32(bigEndian: $0) }
    case .utf16Little: return try transcoded(UTF16.self, rest, file) { UInt16(littleEndian: $0) }
    case .utf16Big: return try transcoded(UTF16.self, rest, file) { UInt16(bigEndian: $0) }
    }
  }

  private func transcoded<Codec: UnicodeCodec>(
    _ codec: Codec.Type, _ bytes: [UInt8], _ file: String, _ inOrder: (Codec.CodeUnit) -> Codec.CodeUnit
  ) throws -> [UInt8] {
    let width = MemoryLayout<Codec.CodeUnit>.size
    let units = bytes.withUnsafeBytes { raw in
      (0..<bytes.count / width).map {
        inOrder(raw.loadUnaligned(fromByteOffset: $0 * width, as: Codec.CodeUnit.self))
      }
    }
    var text: [UInt8] = []
    text.reserveCapacity(units.count)
    let broken = transcode(units.makeIterator(), from: codec, to: UTF8.self, stoppingOnError: true) { text.append($0) }
    guard !broken, bytes.count % width == 0 else { throw problem(file, line: text.lines) }
    return text
  }

  /// The standard library repairs broken text; where the repaired text differs is the first broken byte.
  func validate(_ bytes: [UInt8], file: String, advice: String) throws {
    guard !bytes.isEmpty else { return }
    var text = String(decoding: bytes, as: UTF8.self)
    let broken: Int? = text.withUTF8 { repaired in
      let same = bytes.withUnsafeBytes {
        repaired.count == $0.count && memcmp(repaired.baseAddress!, $0.baseAddress!, $0.count) == 0
      }
      guard !same else { return nil }
      return zip(repaired, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? repaired.count
    }
    guard let broken else { return }
    throw problem(file, line: bytes[..<min(broken, bytes.count)].lines, advice)
  }

  private func problem(_ file: String, line: Int, _ advice: String = "") -> InputError {
    InputError("this line is not valid \(rawValue); convert the file\(advice)", file: file, line: line)
  }
}

extension Collection<UInt8> {
  /// The number of the line that comes after these bytes, from 1.
  var lines: Int { count { $0 == UInt8(ascii: "\n") } + 1 }
}
