import Foundation
import Testing
import UnrollCore

/// `unroll data` on a study's own files: what is in them, and what a person should know about it.
@Suite struct DataTests {
  @Test func aStudyIsReadOnceForEachOfItsSets() throws {
    let program = try Program([
      "texts.txt": (0..<60).map { "l\($0 % 2) text \($0)\n" }.joined() + "rare once\n",
      "study.yaml": """
      tasks:
        - data: {format: label-first, train: texts.txt, unseen_labels: keep}
          training: {epochs: [1, 2]}
        - data: {format: label-first, train: texts.txt, stratify: true}
      backends: [rnn]
      compare: epochs
      """,
    ])
    let ended = try program.run("data", "study.yaml")
    #expect(ended.status == 0 && ended.errors == "")
    let lines = ended.output.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("texts: ") && $0.contains("; 3 labels; ") }.count == 2, "\(lines)")
    #expect(lines.filter { $0.hasPrefix("  classes without a") }.count == 2)
    #expect(lines.last == "  classes without a test item: 1 of 3 (rare)")
  }

  @Test func pairsAreCalledSo() throws {
    let ended = try Program().run("data", "number-names")
    #expect(ended.status == 0 && ended.errors == "")
    #expect(
      ended.output.hasPrefix("number-names 1: 2000 train, 400 development, 400 test pairs; digest "), "\(ended.output)")
  }

  @Test func whatCannotBeReadIsSaid() throws {
    let program = try Program(["study.yaml": "tasks: [{data: {format: text, train: pipe}}]\nbackends: [rnn]\n"])
    #expect(mkfifo("\(program.folder)/pipe", 0o600) == 0)
    let ended = try program.run("data", "study.yaml")
    #expect(ended.status == 1)
    #expect(ended.output == "pipe: pipe: is a pipe, a socket or a device, a regular file is needed\n")
  }
}
