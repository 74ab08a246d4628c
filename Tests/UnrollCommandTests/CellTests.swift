import Foundation
import Testing
import UnrollCore
import UnrollData
import UnrollStudy

/// A run is what the study said when it was started, whatever becomes of the study.
@Suite struct CellTests {
  @Test(arguments: ["tasks: [broken", nil]) func anEditedStudyDoesNotHurtARunningOne(text: String?) throws {
    let program = try Program(Studies.slow)
    let study = try program.start(["run", "slow.yaml", "--jobs", "1"])
    #expect(Program.wait { program.exists("Reports/slow/records/runs.lock") })
    if let text { try program.write("slow.yaml", text) } else { try program.remove("slow.yaml") }
    let ended = try study.end()
    #expect(ended.status == 0)
    #expect(ended.sentences.last == "6 of 6 runs: 6 finished, 0 diverged, 0 failed. Report: Reports/slow.md")
    try program.write("slow.yaml", Studies.slow["slow.yaml"]!)
    let dry = try program.run("run", "slow.yaml", "--dry-run")
    #expect(dry.output.split(separator: "\n").count { $0.hasPrefix("done ") } == 6, "every run as it was started")
  }

  /// A cell in a file makes the run that the study wants, without the study.
  @Test func aCellByItself() throws {
    let program = try Program(Studies.small)
    let study = try StudyFile(path: "\(program.folder)/small.yaml")
    let request = try study.requests(DataLocation(roots: []))[0]
    try program.write("cell.json", String(decoding: try request.json(), as: UTF8.self))
    try program.remove("small.yaml")
    let ended = try program.run("cell", "--cell", "cell.json", "--records", "records")
    #expect(ended.status == 0 && ended.output == "0.5\n1.0\n" && ended.errors.isEmpty)
    try program.write("small.yaml", Studies.small["small.yaml"]!)
    let dry = try program.run("run", "small.yaml", "--records", "records", "--dry-run")
    #expect(dry.output.split(separator: "\n").first == "done     \(request.identity)  \(request.cell.label)")
    try program.write("tags.txt", Studies.tags + "\nw1\tt1\n")
    let changed = try program.run("cell", "--cell", "cell.json", "--records", "elsewhere")
    #expect(changed.status == 1)
    #expect(changed.errors == "unroll: its data or settings are not those it was started with; run the study again\n")
  }

  @Test func whatIsNoCellIsASentence() throws {
    let program = try Program(["cell.json": "{\"format\": 2}"])
    let newer = try program.run("cell", "--cell", "cell.json", "--records", "records")
    #expect(newer.status == 1)
    #expect(newer.errors == "unroll: cell.json: was written by a newer unroll (format 2); update unroll to read it\n")
    let nothing = try program.run("cell", "--cell", "-", "--records", "records")
    #expect(nothing.status == 1 && nothing.errors == "unroll: standard input: is not a cell (broken JSON)\n")
    #expect(!program.exists("records"))
  }
}
