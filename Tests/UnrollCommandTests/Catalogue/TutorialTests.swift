import Foundation
import TestSupport
import Testing
import UnrollCore

/// The commands of every tutorial, run as they stand: the blocks of `sh` of one article one after the other in one folder.
///
/// A block of `text` behind one is what it prints, and so is one of `output` but for its numbers, which differ from machine to machine.
/// In both, `…` stands for anything in a line, and as a line of its own for any lines.
@Suite struct TutorialTests {
  static let names = (try? Files.list("\(Article.folder)/Tutorials").map(Files.stem)) ?? []

  @Test(arguments: names) func itsCommandsDoWhatItSays(_ name: String) throws {
    let (article, program) = (try Article("Tutorials/\(name)"), try Program())
    var printed: String?
    for (language, text) in article.blocks {
      switch language {
      case "sh":
        let ended = try program.shell(text)
        try #require(ended.status == 0, "\(name): \(text)\(ended.errors)")
        printed = ended.output
      case "text", "output":
        let output = try #require(printed, "\(name): no command stands before\n\(text)")
        let isExact = language == "text"
        let (said, wanted) = isExact ? (output, text) : (output.numbersMasked, text.numbersMasked)
        #expect(try said.matches(wanted), "\(name) says\n\(text)but its command prints\n\(output)")
      // Held against its files by `UnrollKitTests`.
      case "swift": continue
      default: Issue.record("\(name): a block of \"\(language)\" is checked by nothing; use sh, text, output or swift")
      }
    }
  }

  @Test func thereAreTutorials() throws {
    #expect(Self.names.count >= 5)
    let landing = try Article("UnrollKit").text
    for name in Self.names { #expect(landing.contains("<doc:\(name)>"), "UnrollKit.md does not link to \(name)") }
  }
}

extension String {
  /// Whether it is `pattern`, in which `…` stands for anything.
  fileprivate func matches(_ pattern: String) throws -> Bool {
    let lines = pattern.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
      line == "…"
        ? "(?:.*\n)*"
        : NSRegularExpression.escapedPattern(for: String(line)).replacing("…", with: ".*") + "\n"
    }
    let whole = try NSRegularExpression(pattern: "\\A" + lines.joined() + "\\z")
    return whole.firstMatch(in: self, range: NSRange(startIndex..., in: self)) != nil
  }
}
