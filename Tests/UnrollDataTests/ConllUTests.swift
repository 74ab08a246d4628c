import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// What the format says (universaldependencies.org/format.html), a small file for each sentence of it: what would change words, tags
/// or sentences is refused with its line, and what nobody reads is let be.
@Suite struct ConllUTests {
  struct Case: Sendable, CustomTestStringConvertible {
    /// A token is written `ID FORM UPOS HEAD`, or as it stands behind `=`, with `|` for tabs.
    let lines: String
    var column = "upos"
    /// Words with their tags, sentences between bars, or the complaint.
    let result: String
    var testDescription: String { lines.replacing("\n", with: " ⏎ ") }
  }

  static let comes = "ids count up from 1, and a blank line ends a sentence"
  static let before = "a range stands before its first word, and none overlap"
  static let above = "it has the number of the word above"
  static let missing = "are words missing?"

  static let words = [
    Case(lines: "1 a X 0\n2 b Y 1\n\n1 c X 0\n", result: "a/X b/Y | c/X"),
    Case(lines: "1 a X 0\n2 b Y 1\n1 c X 0\n", result: "3: the word id is 1 where 3 comes next: \(comes)"),
    Case(lines: "1 a X 0\n3 b Y 1\n", result: "2: the word id is 3 where 2 comes next: \(comes)"),
    Case(lines: "1 a X 0\n1 a X 0\n", result: "2: the word id is 1 where 2 comes next: \(comes)"),
    Case(lines: "2 a X 0\n1 b Y 2\n", result: "1: the word id is 2 where 1 comes next: \(comes)"),
    Case(lines: "0 a X 0\n", result: "1: the word id is 0 where 1 comes next: \(comes)"),
    Case(lines: "1 a X 0\n\n2 b Y 1\n", result: "3: the word id is 2 where 1 comes next: \(comes)"),
    Case(lines: "1 a X 0\n=\t \n2 b Y 1\n", result: "3: the word id is 2 where 1 comes next: \(comes)"),
    Case(lines: "01 a X 0\n", result: "1: \"01\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1"),
    Case(lines: "-1 a X 0\n", result: "1: \"-1\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1"),
    Case(lines: "= 1|a|_|X|_|_|0|_|_|_\n", result: "1: \" 1\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1"),
    Case(lines: "=|a|_|X|_|_|0|_|_|_\n", result: "1: \"\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1"),
    Case(lines: "4294967297 a X 0\n", result: "1: \"4294967297\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1"),
  ]

  static let rangesAndNodes = [
    Case(lines: "1-2 ab _ _\n1 a X 0\n2 b Y 1\n3-4 cd _ _\n3 c X 1\n4 d Y 1\n", result: "a/X b/Y c/X d/Y"),
    Case(lines: "1-1 a _ _\n1 a X 0\n2 b Y 1\n", result: "a/X b/Y"),
    Case(lines: "1 a X 0\n1-2 ab _ _\n2 b Y 1\n", result: "2: the range 1-2 stands before word 2: \(before)"),
    Case(lines: "2-3 bc _ _\n1 a X 0\n2 b Y 1\n", result: "1: the range 2-3 stands before word 1: \(before)"),
    Case(lines: "1 a X 0\n2-1 ab _ _\n2 b Y 1\n", result: "2: the range 2-1 stands before word 2: \(before)"),
    Case(
      lines: "1-2 ab _ _\n1 a X 0\n2-3 bc _ _\n2 b Y 1\n3 c X 1\n",
      result: "3: the range 2-3 stands before word 2: \(before)"),
    Case(
      lines: "1-2 ab _ _\n1-2 ab _ _\n1 a X 0\n2 b Y 1\n", result: "2: the range 1-2 stands before word 1: \(before)"),
    Case(
      lines: "1-3 abc _ _\n1 a X 0\n2 b Y 1\n",
      result: "1: the range reaches to word 3, and the sentence ends after 2: \(missing)"),
    Case(
      lines: "1-2 ab _ _\n\n1 a X 0\n",
      result: "1: the range reaches to word 2, and the sentence ends after 0: \(missing)"),
    Case(
      lines: "1-2 ab ADP _\n1 a X 0\n2 b Y 1\n", result: "1: 1-2 has the upos \"ADP\", which stands on its words alone"),
    Case(lines: "=1-2|ab|_|_|_|_|_|_|_|SpaceAfter=No\n1 a X 0\n2 b Y 1\n", result: "a/X b/Y"),
    Case(lines: "1- a X 0\n", result: "1: \"1-\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1"),
    Case(lines: "1:2 a X 0\n", result: "1: \"1:2\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1"),
    Case(lines: "0.1 z V _\n1 a X 0\n1.1 y V _\n1.2 z _ _\n2 b Y 1\n", result: "a/X b/Y"),
    Case(lines: "1 a X 0\n2.1 z V _\n2 b Y 1\n", result: "2: the empty node is 2.1 where 1.1 comes next: \(above)"),
    Case(lines: "1 a X 0\n1.2 z V _\n2 b Y 1\n", result: "2: the empty node is 1.2 where 1.1 comes next: \(above)"),
    Case(lines: "1 a X 0\n1.1.1 z V _\n", result: "2: \"1.1.1\" is no token id of CoNLL-U, such as 1, 1-2 or 8.1"),
  ]

  static let fields = [
    Case(lines: "1 a X 2\n2 b Y _\n", result: "a/X b/Y"),
    Case(
      lines: "1 a X 0\n2 b Y 3\n\n1 c X 0\n", result: "2: the head is word 3, and the sentence ends after 2: \(missing)"
    ),
    Case(lines: "1 a X 0\n2 b Y 1.1\n", result: "2: the head \"1.1\" is neither the id of a word, nor 0, nor _"),
    Case(lines: "1 a X root\n2 b Y 1\n", result: "1: the head \"root\" is neither the id of a word, nor 0, nor _"),
    Case(lines: "=1|a||X||||||\n2 b Y 1\n", result: "a/X b/Y"),
    Case(lines: "=1||_|X|_|_|0|_|_|_\n", result: "1: the word is empty"),
    Case(lines: "=1|a|_||_|_|0|_|_|_\n", result: "1: the tag is empty"),
    Case(lines: "=1|a |_|X|_|_|0|_|_|_\n", result: "1: the word \"a \" begins or ends with a blank"),
    Case(lines: "=1|1 000|_|X|_|_|0|_|_|_\n2 b Y 1\n", result: "1 000/X b/Y"),
    Case(lines: "=1|a|_|X |_|_|0|_|_|_\n", result: "1: there is a blank in the upos \"X \""),
    Case(lines: "=1|a|a b|X|_|_|0|_|_|_\n2 b Y 1\n", column: "lemma", result: "a/a b b/_"),
    Case(
      lines: "1 a X 0\n2 b _ 1\n",
      result: "2: the upos is \"_\", which means that none is stated; choose another column, or set ignore_label to _"),
    Case(lines: "1 a X 0\n=2|b|_|Y|_|A=B|1|_|_|_\n", column: "feats", result: "a/_ b/A=B"),
    Case(
      lines: "=1 a _ X _ _ 0 _ _ _\n",
      result: "1: a token line of CoNLL-U has 10 columns between single tabs, this one has 1"),
    Case(
      lines: "=1|a|_|X|_|_|0|_|_|_|\n",
      result: "1: a token line of CoNLL-U has 10 columns between single tabs, this one has 11"),
  ]

  static let lines = [
    Case(lines: "\n\n# one\n1 a X 0\n\n\n# two\n1 b Y 0", result: "a/X | b/Y"),
    Case(lines: "1 a X 0\n2 b Y 1\n\n# the end\n", result: "a/X b/Y"),
    Case(
      lines: "1 a X 0\n# two\n1 b Y 0\n",
      result: "2: a comment stands above a sentence, not inside: is a blank line missing above this one?"),
    Case(
      lines: "# global.columns = ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC\n1 a X 0\n2 b Y 1\n",
      result: "a/X b/Y"),
    Case(
      lines: "# global.columns = ID FORM UPOS\n=1|a|X\n",
      result:
        "1: this is CoNLL-U Plus with the columns id, form, upos; read it with format columns, word_column, column "
        + "and comments"),
    Case(
      lines: "1 _ X 0\n2 _ Y 1\n\n1 _ X 0\n",
      result: " every word is \"_\": this treebank comes without its text; put the text in, with the program that its "
        + "publisher gives"),
    Case(
      lines: "1 a X 0\n\n1 _ X 0\n2 ___ Y 1\n",
      result: "3: every word of this sentence is \"_\", as in 1 of 2 sentences: they come without their text; "
        + "put the text in, or take them out"),
    Case(lines: "1 a X 0\n2 b Y 1\n\n1 _ X 0\n", result: "a/X b/Y | _/X"),
  ]

  @Test(arguments: words + rangesAndNodes + fields + lines) func reads(_ example: Case) throws {
    let text = example.lines.split(separator: "\n", omittingEmptySubsequences: false).map(expanded)
    let scratch = try Scratch().write("a", text.joined(separator: "\n"))
    let yaml = "{format: conllu, train: a, development: a, test: a, column: \(example.column)}"
    #expect(reading(scratch, yaml) == example.result)
  }

  @Test func tagsThatAreNotStatedMayBeLeftOut() throws {
    let text = ["1 a X 0", "2 b _ 1", "3 c Y 1"].map { expanded($0[...]) }.joined(separator: "\n")
    let yaml = "{format: conllu, train: a, development: a, test: a, ignore_label: _}"
    #expect(try Scratch().write("a", text).load(yaml).tagged.train[0].tags == ["X", nil, "Y"])
  }

  private func expanded(_ line: Substring) -> String {
    if line.first == "=" { return String(line.dropFirst()).replacing("|", with: "\t") }
    let parts = line.split(separator: " ")
    guard parts.count == 4, parts[0] != "#" else { return String(line) }
    return "\(parts[0])\t\(parts[1])\t_\t\(parts[2])\t_\t_\t\(parts[3])\t_\t_\t_"
  }

  /// The training sentences, or the complaint without the file's name.
  private func reading(_ scratch: Scratch, _ yaml: String) -> String {
    guard let sentences = try? scratch.load(yaml).tagged.train else {
      return String(scratch.complaint(yaml).trimmingPrefix("DIR/a:"))
    }
    return sentences.map { zip($0.words, $0.tags).map { "\($0)/\($1 ?? "")" }.joined(separator: " ") }
      .joined(separator: " | ")
  }
}
