import UnrollCore

/// A decoded file: UTF-8 bytes with line feeds, read by slices so that no text is made that nobody keeps.
struct TextFile {
  typealias Bytes = ArraySlice<UInt8>

  /// As it is named in complaints.
  let path: String
  let bytes: [UInt8]

  /// Calls `body` with every line, without its end, and its number from 1.
  func forEachLine(_ body: (Bytes, Int) throws -> Void) rethrows {
    var start = 0
    var number = 1
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: .newline) ?? bytes.count
      try body(bytes[start..<end], number)
      start = end + 1
      number += 1
    }
  }

  func error(_ message: String, _ line: Int? = nil) -> InputError { InputError(message, file: path, line: line) }

  /// The items that were read, or a complaint that there are none.
  func required<Item>(_ items: [Item], _ what: String) throws -> [Item] {
    guard !items.isEmpty else { throw error("there are no \(what) in this file") }
    return items
  }
}
