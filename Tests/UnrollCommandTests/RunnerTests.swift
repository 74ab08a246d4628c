import Foundation
import Testing
import UnrollCore

/// Several runners on one folder, records of other builds, records that were tampered with.
@Suite struct RunnerTests {
  @Test func threeRunnersMakeEveryRunOnce() throws {
    let program = try Program(Studies.small)
    for _ in 0..<3 {
      let runners = try (0..<3).map { _ in try program.start(["run", "small.yaml", "--jobs", "2"]) }
      let ends = try runners.map { try $0.end() }
      for ended in ends {
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.sentences.last == "12 of 12 runs: 12 finished, 0 diverged, 0 failed. Report: Reports/small.md")
      }
      let own = ends.flatMap(\.sentences).filter { $0.hasPrefix("[") && !$0.contains(", by another runner (") }
      #expect(own.count == 12, "each once: \(own)")
      #expect(try program.read("Reports/small.md").contains("12 of 12 runs"))
      let left = program.files.filter { $0.hasPrefix("Reports/") && !$0.hasSuffix(".svg") }
      #expect(
        left.count == 24 + 6 + 4,
        "records and predictions, a model a task and backend, the grid, whose they are, the report, its runs, and nothing else: \(left)"
      )
      try program.remove("Reports")
    }
  }

  /// Who is killed leaves its runs to the others.
  @Test func aDeadRunnersRunsAreMadeByTheOthers() throws {
    let program = try Program(Studies.slow)
    let first = try program.start(["run", "slow.yaml", "--jobs", "3"])
    #expect(Program.wait { program.exists("Reports/slow/records/runs.lock") })
    let second = try program.start(["run", "slow.yaml", "--jobs", "1"])
    usleep(300_000)
    first.signal(SIGKILL)
    _ = try first.end()
    let ended = try second.end()
    #expect(ended.status == 0)
    #expect(ended.sentences.last == "6 of 6 runs: 6 finished, 0 diverged, 0 failed. Report: Reports/slow.md")
  }

  @Test func seedsComeFirst() throws {
    let program = try Program(Studies.small)
    let ended = try program.run("run", "small.yaml", "--jobs", "1")
    let seeds = ended.sentences.filter { $0.hasPrefix("[") }.map { $0.contains("seed 1") ? 1 : 2 }
    #expect(seeds == [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2])
    #expect(try program.read("Reports/small.md").contains(" 1 run at a time (load "))
  }

  @Test func recordsOfAnotherBuildAreSaidAndMadeAgainWhenAsked() throws {
    let program = try Program(Studies.small)
    _ = try program.run("run", "small.yaml")
    let names = program.records
    for name in names.prefix(4) {
      let text = try program.read(name)
      try program.write(name, text.replacing(#/"build" : "[0-9a-f]*"/#, with: "\"build\" : \"0000000000000000\""))
    }
    let kept = try program.stamps(Array(names.prefix(4)))
    let run = try program.run("run", "small.yaml")
    #expect(
      run.sentences.first
        == "12 runs, 12 of them done before. 4 of those by another build of unroll; --again runs them again.")
    #expect(try program.stamps(Array(names.prefix(4))) == kept)
    #expect(try program.read("Reports/small.md").contains("different states of the program"))
    let dry = try program.run("run", "small.yaml", "--again", "--dry-run")
    #expect(dry.output.split(separator: "\n").count { $0.hasPrefix("missing") } == 4)
    let again = try program.run("run", "small.yaml", "--again")
    #expect(again.status == 0 && again.sentences.first == "12 runs, 8 of them done before.")
    #expect(try program.run("run", "small.yaml", "--again").sentences.first == "12 runs, 12 of them done before.")
    #expect(try !program.read("Reports/small.md").contains("different states of the program"))
  }

  @Test func namesThatLookLikeOptions() throws {
    var files = Studies.small
    files["-x.yaml"] = files.removeValue(forKey: "small.yaml")
    let program = try Program(files)
    #expect(try program.run("run", "--reports=-r", "--", "-x.yaml").status == 0)
    #expect(program.exists("-r/-x.md"))
  }

  @Test func recordsThatAreNotTheirOwn() throws {
    let program = try Program(Studies.small)
    _ = try program.run("run", "small.yaml")
    let names = program.records
    let (first, second) = (try program.read(names[0]), try program.read(names[1]))
    func refused(_ text: String, _ sentence: String) throws {
      try program.write(names[1], text)
      let before = try program.stamps(program.records + ["Reports/small.md"])
      let ended = try program.run("run", "small.yaml")
      #expect(ended.status == 1 && ended.sentences.count == 1)
      #expect(ended.errors.hasPrefix("unroll: \(names[1]): \(sentence)"), "\(ended.errors)")
      #expect(try program.stamps(program.records + ["Reports/small.md"]) == before)
    }
    try refused(first, "is the record of another run")
    let identity = names[1].split(separator: "/").last!.dropLast(".json".count)
    try refused(second.replacingOccurrences(of: identity, with: "../../evil/owned"), "is the record of another run")
    try refused(
      first.replacing(#/"identity" : "[0-9a-f]*"/#, with: "\"identity\" : \"\(identity)\""),
      "does not hold the settings and data of the run that it is named after")
    try program.write(names[1], second)
    #expect(try program.run("run", "small.yaml").status == 0)
  }

  @Test func leftoversGoAtTheNextStart() throws {
    let program = try Program(Studies.small)
    let dead = try program.start(["--version"])
    _ = try dead.end()
    let name = "Reports/small/records/.unroll-\(ProcessInfo.processInfo.hostName)-\(dead.identifier)-01234567.tmp"
    try program.write(name, "half a rec")
    #expect(program.exists(name))
    _ = try program.run("run", "small.yaml")
    #expect(!program.exists(name))
  }

  /// Escape codes in a name are shown, not obeyed.
  @Test func namesDoNotMoveTheCursor() throws {
    let name = #""\e[31mred\a\ntwo""#
    var files = Studies.small
    files["odd.yaml"] = """
      tasks: [{data: {format: columns, train: tags.txt}, name: \(name)}]
      backends: [rnn]
      training: {epochs: 1}
      seeds: 1
      """
    files["wrong.yaml"] = "tasks: [{data: {format: columns, train: tags.txt}}]\nbackends: [\(name)]\n"
    let program = try Program(files)
    let dry = try program.run("run", "odd.yaml", "--dry-run")
    #expect(dry.status == 0 && dry.output.hasSuffix("  \u{FFFD}[31mred\u{FFFD} two / rnn / seed 1\n"))
    let run = try program.run("run", "odd.yaml")
    #expect(
      run.status == 0 && run.sentences.count == 3 && run.sentences[1].hasPrefix("[1/1] \u{FFFD}[31mred\u{FFFD} two / "))
    let wrong = try program.run("run", "wrong.yaml")
    #expect(wrong.status == 1 && !wrong.errors.contains("\u{1B}") && wrong.errors.contains("\u{FFFD}[31mred"))
  }

  #if os(Linux)
    @Test(arguments: [["list"], ["list", "--verbose"], ["--help"], ["run", "small.yaml", "--dry-run"]])
    func whatIsPrintedMustArrive(_ arguments: [String]) throws {
      let program = try Program(Studies.small)
      #expect(try shell("exec \"$0\" \"$@\" > /dev/full 2> errors", arguments, in: program) == 1)
      #expect(try program.read("errors") == "unroll: standard output cannot be written: No space left on device\n")
    }

    /// The program is removed, as a new build does it, while its study runs.
    @Test func aReplacedProgramFinishesItsStudy() throws {
      let program = try Program(Studies.slow)
      let command = """
        cp "$0" program && ./program run slow.yaml --jobs 1 2> errors & sleep 1; rm program; echo > program; wait $!
        """
      #expect(try shell(command, in: program) == 0)
      #expect(
        try program.read("errors").hasSuffix("6 of 6 runs: 6 finished, 0 diverged, 0 failed. Report: Reports/slow.md\n")
      )
    }

    private static let hasGit = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/git")
    }

    /// A record names the commit only where the program was built from it.
    @Test(.enabled(if: hasGit, "git is not installed")) func theCommitIsThatOfTheSources() throws {
      let program = try Program(Studies.small)
      try program.write("Sources/cell.swift", "one")
      try program.write("Package.swift", "two")
      let commit = """
        git init -q . && git add Sources Package.swift && git -c user.name=a -c user.email=a@b commit -qm c \
          && git rev-parse HEAD | cut -c1-12 > head && mkdir bin
        """
      #expect(try shell(commit, in: program) == 0)
      let head = try program.read("head").trimmingCharacters(in: .newlines)
      func recorded(after change: String) throws -> String {
        let run = "\(change); rm -rf Reports; bin/program run small.yaml --jobs 2 2> errors"
        #expect(try shell(run, in: program) == 0)
        let record = try program.read(program.records[0])
        return String(record.firstMatch(of: #/"commit" : "([^"]*)"/#)?.1 ?? "")
      }
      #expect(try recorded(after: "cp \"$0\" bin/program") == head)
      #expect(
        try recorded(after: "echo three > Sources/new.swift; sleep 0.1; cp \"$0\" bin/program") == head + " + changes")
      #expect(
        try recorded(after: "rm Sources/new.swift; cp \"$0\" bin/program; sleep 0.1; touch Sources/cell.swift") == head
          + " + changes")
      #expect(try program.read("Reports/small.md").contains("`\(head) + changes`"))
    }
  #endif

  private func shell(_ command: String, _ arguments: [String] = [], in program: Program) throws -> Int32 {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", command, Program.path] + arguments
    shell.currentDirectoryURL = URL(fileURLWithPath: program.folder)
    try shell.run()
    shell.waitUntilExit()
    return shell.terminationStatus
  }
}
