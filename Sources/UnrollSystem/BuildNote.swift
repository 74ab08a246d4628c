/// The digest that linkers leave in programs for Linux: the note `NT_GNU_BUILD_ID` of a 64-bit, little-endian ELF file.
enum BuildNote {
  /// - Parameter program: its first bytes.
  /// - Returns: hexadecimal digits, or nil where there is no such note.
  static func identifier(_ program: [UInt8]) -> String? {
    guard program.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let table = number(program, 32, 8),
      let size = number(program, 54, 2), let count = number(program, 56, 2)
    else { return nil }
    for entry in 0..<count {
      let header = table + entry * size
      guard number(program, header, 4) == 4, let start = number(program, header + 8, 8),
        let length = number(program, header + 32, 8), length <= program.count, start <= program.count - length
      else { continue }
      if let found = note(program, start, start + length) { return found }
    }
    return nil
  }

  /// Notes follow each other, each padded to four bytes: lengths of name and content, a kind, the name, the content.
  private static func note(_ program: [UInt8], _ start: Int, _ end: Int) -> String? {
    var offset = start
    while offset + 16 <= end, let name = number(program, offset, 4), let content = number(program, offset + 4, 4),
      name <= end, content <= end
    {
      let first = offset + 12 + (name + 3) / 4 * 4
      guard first + content <= end else { return nil }
      if number(program, offset + 8, 4) == 3, program[offset + 12..<offset + 16].elementsEqual(Array("GNU\0".utf8)) {
        return program[first..<first + content].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      }
      offset = first + (content + 3) / 4 * 4
    }
    return nil
  }

  /// A little-endian number; nil beyond the end, and where it is no count.
  private static func number(_ bytes: [UInt8], _ offset: Int, _ width: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - width else { return nil }
    return Int(exactly: (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) })
  }
}
