#if os(Linux)
  import Foundation
  import Testing

  /// Whatever ends a study, the next call goes on.
  @Suite(.serialized) struct InterruptionTests {
    @Test func killedInTheMiddle() throws {
      let program = try Program(Studies.slow)
      let study = try program.start(["run", "slow.yaml", "--jobs", "2"])
      #expect(Program.wait { program.records.count >= 2 && !Processes.children(of: study.identifier).isEmpty })
      let runs = Processes.children(of: study.identifier)
      study.signal(SIGKILL)
      #expect(try study.end().status == 128 + SIGKILL)
      #expect(Program.wait { !runs.contains(where: Processes.isAlive) })
      #expect(!program.exists("Reports/slow.md"))

      let done = program.records
      let stamps = try program.stamps(done)
      #expect(done.count >= 2 && done.count < 6)
      let rest = try program.run("run", "slow.yaml", "--jobs", "2")
      #expect(rest.status == 0)
      #expect(rest.sentences.first == "6 runs, \(done.count) of them done before.")
      #expect(rest.sentences.last == "6 of 6 runs: 6 finished, 0 diverged, 0 failed. Report: Reports/slow.md")
      #expect(try program.stamps(done) == stamps)
      #expect(program.records.count == 6)
    }

    /// A run whose epoch takes some seconds does not outlive its study by as much.
    @Test func runsEndWithTheirStudy() throws {
      let program = try Program(Studies.slow)
      try program.write("letters.txt", String(repeating: "abcabdacb", count: 100_000))
      try program.write(
        "slow.yaml", try program.read("slow.yaml").replacingOccurrences(of: "width: 48", with: "width: 200"))
      let study = try program.start(["run", "slow.yaml", "--jobs", "1"])
      #expect(Program.wait { !Processes.children(of: study.identifier).isEmpty })
      let run = try #require(Processes.children(of: study.identifier).first)
      // Until the epoch is under way: before, the run reads its data.
      usleep(700_000)
      #expect(Processes.isAlive(run))
      let killed = Date()
      study.signal(SIGKILL)
      _ = try study.end()
      #expect(Program.wait { !Processes.isAlive(run) })
      #expect(Date().timeIntervalSince(killed) < 1)
      #expect(program.records.isEmpty)
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGUSR1])
    func interrupted(signal: Int32) throws {
      let program = try Program(Studies.slow)
      let study = try program.start(["run", "slow.yaml", "--jobs", "2"])
      #expect(Program.wait { program.records.count >= 1 && !Processes.children(of: study.identifier).isEmpty })
      let runs = Processes.children(of: study.identifier)
      study.signal(signal)
      let ended = try study.end()
      #expect(ended.status == 130)
      let kept = program.records.count
      let sentence = try #require(ended.sentences.last)
      #expect(sentence.hasPrefix("Interrupted: \(kept) run\(kept == 1 ? "" : "s") done and kept, "))
      #expect(sentence.hasSuffix(" in progress. The same command goes on from here."))
      #expect(!runs.contains(where: Processes.isAlive))
      #expect(!program.exists("Reports/slow.md"))
      let dry = try program.run("run", "slow.yaml", "--dry-run")
      let done = dry.output.split(separator: "\n").count { $0.hasPrefix("done") }
      #expect(done == program.records.count && done < 6)
    }

    /// A run that is killed, as when memory ends, is one failed run; the next call tries it again.
    @Test func killedRunsAreFailures() throws {
      let program = try Program(Studies.slow)
      let study = try program.start(["run", "slow.yaml", "--jobs", "1"])
      #expect(Program.wait { !Processes.children(of: study.identifier).isEmpty })
      for run in Processes.children(of: study.identifier) { kill(run, SIGKILL) }
      let ended = try study.end()
      #expect(ended.status == 1)
      #expect(ended.sentences.last == "6 of 6 runs: 5 finished, 0 diverged, 1 failed. Report: Reports/slow.md")
      #expect(ended.errors.contains("seed 1: FAILED: its process ended with signal 9 (Killed)"))
      #expect(try program.read("Reports/slow.md").contains("its process ended with signal 9 (Killed)"))
      let again = try program.run("run", "slow.yaml", "--jobs", "2")
      #expect(again.status == 0 && again.sentences.first == "6 runs, 5 of them done before.")
      #expect(again.sentences.last == "6 of 6 runs: 6 finished, 0 diverged, 0 failed. Report: Reports/slow.md")
    }

    /// What another build has left stays where the run that should replace it is killed.
    @Test func whatIsRunAgainAndFailsKeepsItsRecord() throws {
      let program = try Program(Studies.slow)
      #expect(try program.run("run", "slow.yaml", "--jobs", "2").status == 0)
      for name in program.records {
        let text = try program.read(name)
        try program.write(name, text.replacing(#/"build" : "[0-9a-f]*"/#, with: "\"build\" : \"0000000000000000\""))
      }
      let kept = try program.stamps(program.records)
      let study = try program.start(["run", "slow.yaml", "--jobs", "1", "--again"])
      #expect(Program.wait { !Processes.children(of: study.identifier).isEmpty })
      for run in Processes.children(of: study.identifier) { kill(run, SIGKILL) }
      let ended = try study.end()
      #expect(ended.status == 1)
      #expect(ended.sentences.last == "6 of 6 runs: 5 finished, 0 diverged, 1 failed. Report: Reports/slow.md")
      #expect(ended.errors.contains("; the record of another build stays"))
      let now = try program.stamps(program.records)
      #expect(now.count == 6 && now.count { kept[$0.key] == $0.value } == 1)
      let again = try program.run("run", "slow.yaml", "--again")
      #expect(again.status == 0 && again.sentences.first == "6 runs, 5 of them done before.")
    }
  }
#endif
