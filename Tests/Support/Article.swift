import Foundation
import UnrollCore

/// An article of the documentation, by its headings.
package struct Article {
  /// The package's folder.
  package static let root = Files.parent(of: #filePath) + "/../.."
  /// The catalogue.
  package static let folder = root + "/Sources/UnrollKit/UnrollKit.docc"

  package let path: String
  private var lines: [Substring]

  /// - Parameter name: its path in the catalogue: `Backends/lstm`.
  package init(_ name: String) throws {
    path = "\(Article.folder)/\(name).md"
    lines = String(decoding: try Files.read(path), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
  }

  /// A file of the package.
  package static func text(_ path: String) throws -> String {
    String(decoding: try Files.read("\(root)/\(path)"), as: UTF8.self)
  }

  package var text: String { lines.joined(separator: "\n") }
  package var title: String { lines.first.map { String($0.dropFirst(2)) } ?? "" }
  /// Those of the second level, in their order.
  package var headings: [String] { lines.filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) } }

  /// The lines below a heading, up to the next.
  private func range(_ heading: String) -> Range<Int>? {
    guard let start = lines.firstIndex(of: "## " + heading) else { return nil }
    return start + 1..<(lines[(start + 1)...].firstIndex { $0.hasPrefix("## ") } ?? lines.count)
  }

  package func section(_ heading: String) -> String? { range(heading).map { lines[$0].joined(separator: "\n") } }

  /// The cells of the section's table, without its head and the marks of code.
  package func rows(_ heading: String) -> [[String]] {
    entries(heading).dropFirst(2).map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces).replacing("`", with: "") }
    }
  }

  /// The lines of the section's table or list.
  package func entries(_ heading: String) -> [String] {
    range(heading).map { lines[$0].filter { $0.hasPrefix("| ") || $0.hasPrefix("- ") }.map(String.init) } ?? []
  }

  /// Writes others in their place, or behind the section's text where it has none.
  package mutating func write(_ entries: [String], below heading: String) throws {
    guard let range = range(heading) else { return }
    let old = range.filter { lines[$0].hasPrefix("| ") || lines[$0].hasPrefix("- ") }
    var text = lines[range].enumerated().filter { !old.contains(range.lowerBound + $0.offset) }.map(\.element)
    if let first = old.first {
      text.insert(contentsOf: entries.map { $0[...] }, at: first - range.lowerBound)
    } else if !entries.isEmpty {
      while text.last == "" { text.removeLast() }
      text += [""] + entries.map { $0[...] } + [""]
    }
    lines.replaceSubrange(range, with: text)
    try Files.write(self.text, to: path)
  }

  /// The fenced blocks, in their order: the word behind the fence, and the lines.
  package var blocks: [(language: String, text: String)] {
    var (blocks, open): ([(String, String)], (language: String, lines: [Substring])?) = ([], nil)
    for line in lines {
      if let block = open {
        if line == "```" {
          blocks.append((block.language, block.lines.map { $0 + "\n" }.joined()))
          open = nil
        } else {
          open?.lines.append(line)
        }
      } else if line.hasPrefix("```") {
        open = (String(line.dropFirst(3)), [])
      }
    }
    return blocks
  }
}

extension String {
  /// Without what differs from run to run: numbers become `#`, and spaces and rules of tables as narrow as they can be.
  package var numbersMasked: String {
    replacing(#/\d[\d.,]*(e[+-]?\d+)?/#, with: "#").replacing(#/ +/#, with: " ").replacing(#/--+/#, with: "-")
  }
}
