import Testing
import UnrollCore

@Suite struct TextEncodingTests {
  static let text = "one\ncafé 🙂\n"

  /// Code units one after another, the low byte first when `little`.
  private static func bytes(_ units: some Sequence<some FixedWidthInteger>, little: Bool) -> [UInt8] {
    units.flatMap { unit in withUnsafeBytes(of: little ? unit.littleEndian : unit.bigEndian) { Array($0) } }
  }

  /// The same text in every encoding that a mark can name.
  static let marked: [[UInt8]] = [true, false].flatMap { little in
    [
      Array("\u{FEFF}\(text)".utf8), bytes("\u{FEFF}\(text)".utf16, little: little),
      bytes("\u{FEFF}\(text)".unicodeScalars.map(\.value), little: little),
    ]
  }

  @Test(arguments: marked, TextEncoding.allCases) func aMarkSaysItBest(_ bytes: [UInt8], _ encoding: TextEncoding)
    throws
  {
    #expect(try encoding.decode(bytes, file: "f") == Array(TextEncodingTests.text.utf8))
  }

  static let broken: [(bytes: [UInt8], sentence: String)] = [
    (bytes([0xFEFF, 0x0A, 0xD800] as [UInt16], little: true), "f:2: this line is not valid UTF-16 (little end first)"),
    (
      bytes([0xFEFF, 0x0A, 0x61] as [UInt16], little: false) + [0], "f:2: this line is not valid UTF-16 (big end first)"
    ),
    (bytes([0xFEFF, 0x11_0000] as [UInt32], little: true), "f:1: this line is not valid UTF-32 (little end first)"),
    (bytes([0xFEFF, 0xD800] as [UInt32], little: false), "f:1: this line is not valid UTF-32 (big end first)"),
    ([0xEF, 0xBB, 0xBF, 0x0A, 0xE9], "f:2: this line is not valid UTF-8"),
    ([0x61, 0x0A, 0xE9], "f:2: this line is not valid UTF-8"),
    (bytes("ab".utf16, little: true), "f:1: this line holds a NUL"),
    (bytes("\ná".utf16, little: false), "f:1: this line holds a NUL"),
    ([0x61, 0x0A, 0x62, 0], "f:2: this line holds a NUL"),
    (bytes([0xFEFF, 0x0A, 0] as [UInt16], little: true), "f:2: this line holds a NUL"),
  ]

  @Test(arguments: broken) func whatIsNoText(_ bytes: [UInt8], _ sentence: String) {
    #expect { try TextEncoding.utf8.decode(bytes, file: "f") } throws: { "\($0)".hasPrefix(sentence) }
  }

  @Test(arguments: ["latin-1", "latin1", "Latin-1", "iso-8859-1", "ISO8859-1", "iso_8859_1", "l1"])
  func latin1HasManyNames(_ name: String) { #expect(TextEncoding(rawValue: name) == .latin1) }

  @Test(arguments: ["utf-8", "UTF-8", "utf8", "UTF_8"])
  func utf8HasManyNames(_ name: String) { #expect(TextEncoding(rawValue: name) == .utf8) }

  @Test func windowsHasItsMarksWhereLatin1HasControls() throws {
    let bytes: [UInt8] = [0x80, 0x93, 0xE9, 0x94, 0x96, 0x9F, 0x81, 0xFF]
    func text(_ encoding: TextEncoding) throws -> String {
      String(decoding: try encoding.decode(bytes, file: "f"), as: UTF8.self)
    }
    #expect(try text(.windows1252) == "€“é”–Ÿ\u{81}ÿ")
    #expect(try text(.latin1) == "\u{80}\u{93}é\u{94}\u{96}\u{9F}\u{81}ÿ")
    #expect(TextEncoding(rawValue: "CP-1252") == .windows1252)
  }

  @Test func otherNamesAreNotTakenForThese() {
    for name in ["", "utf-16", "latin-2", "iso-8859-15", "windows-1250"] {
      #expect(TextEncoding(rawValue: name) == nil)
    }
    for encoding in TextEncoding.allCases { #expect(TextEncoding(rawValue: encoding.rawValue) == encoding) }
  }
}
