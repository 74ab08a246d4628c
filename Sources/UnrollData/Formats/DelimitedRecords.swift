import UnrollCore

/// The records of a delimited file, one after another. Blank lines between records are skipped.
struct DelimitedRecords {
  struct Record {
    let fields: [ArraySlice<UInt8>]
    /// Where the record begins, from 1.
    let line: Int
  }

  let file: TextFile
  let separator: UInt8
  let quotes: Bool
  private var position = 0
  private var line = 1

  init(file: TextFile, separator: UInt8, quotes: Bool) {
    (self.file, self.separator, self.quotes) = (file, separator, quotes)
  }

  /// - Throws: `InputError` for a quote that is never closed, or text after a closing quote.
  mutating func next() throws -> Record? {
    while position < file.bytes.count, file.bytes[position] == .newline { advanceLine() }
    guard position < file.bytes.count else { return nil }
    let first = line
    var fields: [ArraySlice<UInt8>] = []
    while true {
      fields.append(try field())
      guard position < file.bytes.count, file.bytes[position] == separator else { break }
      position += 1
    }
    if position < file.bytes.count { advanceLine() }
    return Record(fields: fields, line: first)
  }

  private mutating func advanceLine() {
    position += 1
    line += 1
  }

  /// One field; leaves `position` at the separator, the line feed, or the end.
  private mutating func field() throws -> ArraySlice<UInt8> {
    if quotes, position < file.bytes.count, file.bytes[position] == .quote { return try quotedField() }
    let start = position
    while position < file.bytes.count, file.bytes[position] != separator, file.bytes[position] != .newline {
      position += 1
    }
    return file.bytes[start..<position]
  }

  private mutating func quotedField() throws -> ArraySlice<UInt8> {
    let opened = line
    var content: [UInt8] = []
    position += 1
    while position < file.bytes.count {
      let byte = file.bytes[position]
      let next = position + 1 < file.bytes.count ? file.bytes[position + 1] : .newline
      if byte == .quote, next != .quote {
        guard next == separator || next == .newline else {
          throw file.error("there is text after a closing quote; a quote inside a field is written twice", line)
        }
        position += 1
        return content[...]
      }
      content.append(byte)
      if byte == .newline { line += 1 }
      position += byte == .quote ? 2 : 1
    }
    throw file.error("a quote is opened here and never closed", opened)
  }
}
