import Testing
import UnrollCore

@Suite struct PrintableTests {
  @Test(
    arguments: [
      ("plain é 漢 🙂\t\n", "plain é 漢 🙂\t\n"), ("\u{1B}[2J", "\u{FFFD}[2J"),
      ("a\u{0}b\u{7}\u{9B}", "a\u{FFFD}b\u{FFFD}\u{FFFD}"),
      ("\u{202E}x\u{FFFE}", "\u{FFFD}x\u{FFFD}"), ("a\rb", "a\u{FFFD}b"), ("", ""),
    ])
  func controlCharacters(_ text: String, _ printed: String) {
    #expect(text.printable == printed)
  }
}
