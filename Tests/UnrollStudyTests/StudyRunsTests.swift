import Testing
import UnrollCore

@testable import UnrollStudy

extension Synthetic {
  /// The six of `two` with settings that are the same when they are read: 1.0 is read as 1.
  fileprivate static var six: [RunRecord] {
    two.map { record in
      var record = record
      record.settings = .table(["data": .table(["name": .string("tags")]), "rate": .number(0.5)])
      return record
    }
  }
}

/// All runs of a study in one file.
@Suite struct StudyRunsTests {
  private let runs = StudyRuns(records: Synthetic.six, wanted: 7, notes: "of *two*\nlines")

  private func text(_ runs: StudyRuns) throws -> String { String(decoding: try runs.lines(), as: UTF8.self) }

  @Test func whatIsWrittenIsRead() throws {
    let read = try StudyRuns(lines: runs.lines(), file: "runs.jsonl")
    #expect(read.wanted == 7 && read.notes == "of *two*\nlines")
    #expect(read.records.map(\.cell.backend) == ["gru", "gru", "gru", "lstm", "lstm", "lstm"])
    #expect(read.records.map(\.cell.seed) == [1, 2, 3, 1, 2, 3])
    #expect(Set(read.records.map(\.identity)) == Set(runs.records.map(\.identity)))
    #expect(read.records.allSatisfy(runs.records.contains))
    let nothing = StudyRuns(records: [], wanted: 0, notes: "")
    #expect(try text(nothing) == "{\"format\":1,\"notes\":\"\",\"wanted\":0}\n")
    #expect(try StudyRuns(lines: nothing.lines(), file: "runs.jsonl") == nothing)
  }

  @Test func numbersOfDivergedRunsSurvive() throws {
    var record = Synthetic.lost(Synthetic.two[0], .diverged, "not finite\n\u{2028}")
    record.curve[7] = Synthetic.point(epoch: 8, loss: .nan, development: ["accuracy": .infinity])
    let lines = try StudyRuns(records: [record], wanted: 1, notes: "").lines()
    let read = try StudyRuns(lines: lines, file: "runs.jsonl")
    #expect(read.records[0].curve[7].trainingLoss.isNaN && read.records[0].failure?.message == record.failure?.message)
    #expect(try read.lines() == lines)
  }

  /// By task, backend and seed as a number, in whichever order they came, ended or are listed by the study.
  @Test func orderIsThatOfTheRuns() throws {
    var records = ["b", "a"].flatMap { task in
      ["lstm", "gru"].flatMap { backend in
        [10, 9].map { Synthetic.record(backend, seed: $0, score: 0.5, task: task) }
      }
    }
    let lines = try StudyRuns(records: records, wanted: 8, notes: "").lines()
    let read = try StudyRuns(lines: lines, file: "runs.jsonl").records
    #expect(
      read.map { "\($0.cell.task) \($0.cell.backend) \($0.cell.seed)" } == [
        "a gru 9", "a gru 10", "a lstm 9", "a lstm 10", "b gru 9", "b gru 10", "b lstm 9", "b lstm 10",
      ])
    records.reverse()
    #expect(try StudyRuns(records: records, wanted: 8, notes: "").lines() == lines)
    for index in records.indices { records[index].order = .init(task: 9 - index, backend: index) }
    let moved = try StudyRuns(records: records, wanted: 8, notes: "").lines()
    #expect(try StudyRuns(lines: moved, file: "runs.jsonl").records.map(\.identity) == read.map(\.identity))
  }

  @Test func aChangeIsAChangedLine() throws {
    var changed = runs
    changed.records[3].scores[.test]?["accuracy"] = 0.25
    let (before, after) = (try text(runs).split(separator: "\n"), try text(changed).split(separator: "\n"))
    #expect(before.count == 7 && after.count == 7)
    #expect(zip(before, after).count { $0 != $1 } == 1)
    #expect(try text(StudyRuns(records: runs.records + runs.records, wanted: 7, notes: runs.notes)) == text(runs))
    changed.records.remove(at: 3)
    #expect(try text(changed).split(separator: "\n") == before.filter { !$0.contains(runs.records[3].identity) })
  }

  /// A file that somebody damaged, and what is said of it: a sentence for each line that is not what it was.
  @Test func damage() throws {
    let whole = try text(runs)
    let lines = whole.split(separator: "\n").map(String.init)
    func complaints(_ lines: [String], end: String = "\n") -> [String] {
      do {
        _ = try StudyRuns(lines: Array((lines.joined(separator: "\n") + end).utf8), file: "runs.jsonl")
        return []
      } catch { return (error as? InputError)?.each.map(\.description) ?? ["\(error)"] }
    }
    func changed(_ index: Int, _ line: String) -> [String] {
      var lines = lines
      lines[index] = line
      return lines
    }
    let identity = runs.records[3].identity
    #expect(complaints(lines) == [])
    #expect(complaints(lines.map { $0 + "\r" }) == [], "line ends of another system")
    #expect(complaints(Array(lines.dropLast())) == [], "a run that is not there is missing")
    #expect(
      complaints(changed(2, "{\"format\": 1, ") + ["<<<<<<< main"]) == [
        "runs.jsonl:3: is not the record of a run (broken JSON); delete it to have the cell run again",
        "runs.jsonl:8: is not the record of a run (broken JSON); delete it to have the cell run again",
      ])
    #expect(
      complaints(changed(1, lines[1].replacing("\"finished\"", with: "\"well\""))) == [
        "runs.jsonl:2: is not the record of a run (status has a value that it cannot have); delete it to have the cell run again"
      ])
    #expect(
      complaints(changed(1, lines[1].replacing("\"format\":\(RunRecord.currentFormat)", with: "\"format\":99"))) == [
        "runs.jsonl:2: was written by a newer unroll (format 99); update unroll to read it"
      ])
    #expect(
      complaints(lines + [lines[1]]) == [
        "runs.jsonl:8: holds the same run as line 2 (\(identity)); delete one of them"
      ])
    #expect(
      complaints(changed(1, lines[1].replacing(identity, with: "../owned"))) == [
        "runs.jsonl:2: a record's identity is letters and digits, not \"../owned\""
      ])
    let short = "the file is cut short here: its last line has no end; put back the whole file, or delete this line"
    #expect(complaints(changed(6, String(lines[6].dropLast(400))), end: "") == ["runs.jsonl:7: \(short)"])
    #expect(complaints(lines, end: "") == ["runs.jsonl:7: \(short)"])
    #expect(complaints([""], end: "") == ["runs.jsonl:1: \(short)"])
    #expect(
      complaints(Array(lines.dropFirst())) == [
        "runs.jsonl:1: is not the first line of a file of runs (notes is missing); put back the file"
      ])
    #expect(
      complaints(changed(0, lines[0].replacing("\"format\":1", with: "\"format\":2"))) == [
        "runs.jsonl:1: was written by a newer unroll (format 2); update unroll to read it"
      ])
    #expect(
      complaints(changed(0, lines[0].replacing("\"wanted\":7", with: "\"wanted\":5"))) == [
        "runs.jsonl:1: says that the study has 5 runs, and 6 follow; put back the file"
      ])
  }

  /// Whatever byte is another one, there is a file or there are sentences.
  @Test(arguments: [0, 34, 44, 91, 92, 125, 195, 10] as [UInt8])
  func anyByte(_ byte: UInt8) throws {
    let bytes = try StudyRuns(records: Array(Synthetic.two.prefix(2)), wanted: 2, notes: "").lines()
    for place in stride(from: Int(byte % 41), to: bytes.count, by: 41) {
      var damaged = bytes
      damaged[place] = byte
      do { _ = try StudyRuns(lines: damaged, file: "runs.jsonl") } catch { #expect(error is InputError) }
      do { _ = try StudyRuns(lines: Array(bytes[..<place]), file: "runs.jsonl") } catch {
        #expect(error is InputError)
      }
    }
  }
}

/// The file of all runs beside a folder of records.
@Suite struct RunFileTests {
  private func inFolder(_ body: (RunFolder, [RunRecord]) throws -> Void) throws {
    try ReportFiles.inFolder { folder in
      try body(RunFolder(study: "demo", reports: folder, records: nil), Synthetic.six)
    }
  }

  /// The report and the file itself, from the file alone.
  @Test func theFileIsEnough() throws {
    try inFolder { folder, records in
      for record in records { try folder.store.write(record) }
      try folder.write(grid: records.map(\.identity) + ["missing"], notes: "Well.")
      let first = try Files.read(try folder.report(folder.current()))
      let lines = try Files.read(folder.file)
      try ReportFiles.inFolder { other in
        let alone = RunFolder(study: "demo", reports: other, records: nil)
        try Files.write(lines, to: alone.file)
        let runs = try alone.current()
        #expect(runs.records.count == 6 && runs.wanted == 7 && runs.notes == "Well.")
        #expect(try Files.read(try alone.report(runs)) == first)
        #expect(try Files.read(alone.file) == lines)
        #expect(!Files.exists(alone.store.folder), "a report needs no records")
        #expect(try alone.records(of: [records[4].identity, "missing"]) == [records[4], nil])
      }
    }
  }

  /// What does not matter stands in the file where the study says it.
  @Test func theMarginIsKept() throws {
    try inFolder { folder, records in
      for record in records { try folder.store.write(record) }
      var margin = EqualityMargin()
      try folder.write(grid: records.map(\.identity), notes: "")
      let usual = try folder.current().lines()
      margin.points = 2
      try folder.write(grid: records.map(\.identity), notes: "", margin: margin)
      let runs = try folder.current()
      #expect(runs.margin == margin)
      let lines = try runs.lines()
      let read = try StudyRuns(lines: lines, file: "runs.jsonl")
      #expect(try read.margin == margin && read.lines() == lines)
      #expect(
        String(decoding: lines, as: UTF8.self).hasPrefix("{\"format\":1,\"margin\":{\"percent\":1,\"points\":2},"))
      try folder.write(grid: records.map(\.identity), notes: "")
      #expect(try folder.current().lines() == usual && !String(decoding: usual, as: UTF8.self).contains("margin"))
    }
  }

  /// A record that came after the file stands for its run, in the report and in the file that is written with it.
  @Test func recordsAreNewerThanTheirLines() throws {
    try inFolder { folder, records in
      _ = try folder.report(StudyRuns(records: records, wanted: 6, notes: ""))
      try folder.write(grid: records.map(\.identity), notes: "")
      var again = records[2]
      again.scores[.test]?["accuracy"] = 0.5
      try folder.store.write(again)
      let runs = try folder.current()
      #expect(runs.records == Array(records[..<2]) + [again] + records[3...])
      _ = try folder.report(runs)
      #expect(try folder.filed()?.records.first { $0.identity == again.identity } == again)
    }
  }

  /// Runs that the study has no longer leave the file, and are there when it has them again.
  @Test func nothingThatLeavesTheFileIsLost() throws {
    try inFolder { folder, records in
      _ = try folder.report(StudyRuns(records: records, wanted: 6, notes: ""))
      try folder.write(grid: records[..<4].map(\.identity), notes: "")
      _ = try folder.report(folder.current())
      #expect(try folder.filed()?.records.count == 4)
      try folder.write(grid: records.map(\.identity), notes: "")
      #expect(try folder.current().records == records)
    }
  }

  /// A damaged file is neither read nor written over.
  @Test func aDamagedFileStays() throws {
    try inFolder { folder, records in
      let runs = StudyRuns(records: records, wanted: 6, notes: "")
      _ = try folder.report(runs)
      let damaged = Array(try Files.read(folder.file).dropLast(10))
      try Files.write(damaged, to: folder.file)
      #expect(throws: InputError.self) { try folder.current() }
      #expect(throws: InputError.self) { try folder.report(runs) }
      #expect(try Files.read(folder.file) == damaged)
    }
  }

  /// A line whose settings are not those of its identity would stand for a run that nobody made.
  @Test func linesOfOtherSettingsBecomeNoRecords() throws {
    try inFolder { folder, records in
      let runs = StudyRuns(records: records, wanted: 6, notes: "")
      #expect {
        try folder.unpack(runs)
      } throws: { error in
        "\(error)".hasPrefix("\(folder.file):2: does not hold the settings and data of the run that it is named after")
      }
      let lost = records.map { Synthetic.lost($0, .failed, "it fell") }
      try folder.unpack(StudyRuns(records: lost, wanted: 6, notes: ""))
      #expect(try lost.map { try folder.store.read($0.identity) } == lost)
    }
  }
}
