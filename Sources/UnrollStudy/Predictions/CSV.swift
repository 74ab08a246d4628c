/// Tables as RFC 4180 has them: fields between commas, rows that end in CR and LF, a field in double quotes where it holds a comma, a
/// quote or a line end, and its quotes doubled.
enum CSV {
  static func row(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\r\n" }

  private static func field(_ text: String) -> String {
    // Characters would not do: CR and LF are one together, and a mark may stand on a comma.
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + String(decoding: text.utf8.flatMap { $0 == 0x22 ? [$0, $0] : [$0] }, as: UTF8.self) + "\""
  }
}
