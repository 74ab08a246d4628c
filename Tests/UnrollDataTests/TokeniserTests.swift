import Testing

@testable import UnrollData

@Suite struct TokeniserTests {
  @Test(arguments: [
    ("the act; \"winning\"", "the act ; \" winning \""), ("don't well-known", "don't well-known"),
    ("(e.g., gold)", "( e.g . , gold )"), ("1,000 a,b 3.5", "1,000 a , b 3.5"), ("``x' - y--z", "` ` x ' - y - - z"),
    ("naïve café", "naïve café"), ("  ", ""), ("end.", "end ."), ("5,a", "5 , a"),
  ])
  func words(_ text: String, _ tokens: String) {
    var options = DataOptions()
    options.tokeniser = .words
    #expect(Tokeniser(options).tokens(Array(text.utf8)[...]).joined(separator: " ") == tokens)
  }

  @Test func lowercasingKnowsUnicode() {
    var options = DataOptions()
    options.lowercase = true
    #expect(Tokeniser(options).tokens(Array("ÉCOLE Straße\tX".utf8)[...]) == ["école", "straße", "x"])
  }

  @Test func scalarsOfEveryLength() {
    var options = DataOptions()
    options.unit = .character
    #expect(Tokeniser(options).tokens(Array("aé€🙂".utf8)[...]) == ["a", "é", "€", "🙂"])
  }
}
