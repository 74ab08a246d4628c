#if os(Linux)
  import Foundation
  import Testing
  import UnrollCore

  @testable import UnrollStudy
  @testable import UnrollTraining

  /// A study that is killed again and again leaves what one leaves that nobody disturbs.
  @Suite(.serialized) struct KillTests {
    private static let files = [
      "tags.txt": Studies.tags, "letters.txt": String(repeating: "abcabdacb", count: 1500),
      "cut.yaml": """
      tasks:
        - data: {format: columns, train: tags.txt, name: tags}
          training: {epochs: 60, batch: 4, patience: 20}
        - data: {format: text, train: letters.txt, unit: character, name: letters}
          training: {epochs: 3, batch: 4, chunk: 16, evaluations: 3, shards: 2}
      backends: [gru, lstm]
      model: {embedding: 6, output_dropout: 0.2}
      training: {schedule: plateau}
      seeds: 1
      width: 24
      """,
    ]

    @Test(.timeLimit(.minutes(3))) func fiftyKills() throws {
      let whole = try Program(Self.files)
      #expect(try whole.run("run", "cut.yaml", "--jobs", "2").status == 0)
      let (expected, program) = (try left(by: whole), try Program(Self.files))
      #expect(expected.count == 12)
      var (random, kills, said, studies) = (RandomSource(seed: 1), 0, "", 0)
      var killed: Set<pid_t> = []
      while kills < 50 {
        let study = try program.start(["run", "cut.yaml", "--jobs", "2", "--checkpoint-every", "0.02"])
        while study.isRunning, kills < 50 {
          usleep(useconds_t(random.uniform(20_000, 220_000)))
          let runs = Processes.children(of: study.identifier).filter(Processes.isAlive)
          let number = [SIGKILL, SIGKILL, SIGTERM, SIGUSR1].randomElement(using: &random)!
          guard study.isRunning, let run = runs.randomElement(using: &random) else { continue }
          kills += 1
          killed.formUnion(runs)
          guard Bool.random(using: &random) else {
            study.signal(number)
            _ = try study.end()
            #expect(Program.wait { !runs.contains(where: Processes.isAlive) })
            break
          }
          kill(run, number)
        }
        if kills == 50, study.isRunning { study.signal(SIGTERM) }
        said += try study.end().errors
        if program.exists("Reports/cut.md"), try left(by: program) == expected {
          studies += 1
          try program.remove("Reports")
        }
      }
      // Until then their numbers are taken, and what they were writing is not removed.
      #expect(Program.wait { killed.allSatisfy { kill($0, 0) != 0 } })
      let last = try program.run("run", "cut.yaml", "--jobs", "2")
      #expect(last.status == 0, "\(last.errors)")
      #expect(differing(try left(by: program), expected) == [])
      let rest = program.files.filter { $0.hasSuffix(".checkpoint") || $0.hasSuffix(".tmp") }
      #expect(rest.isEmpty)
      let resumed = said.components(separatedBy: ": going on from epoch ").count - 1
      #expect(resumed > 15, "\(resumed) runs went on, \(studies) studies came to their end before")
      #expect(!said.contains("starts anew"), "\(said)")
    }

    /// So does a search, whose runs wait for each other at rungs, with two runners in a folder.
    @Test(.timeLimit(.minutes(3))) func aSearchThatIsKilled() throws {
      var files = Self.files
      files["cut.yaml"] = """
        tasks: [{data: {format: columns, train: tags.txt, name: tags}}]
        backends: [gru, lstm]
        model: {embedding: 6, output_dropout: [0, 0.1, 0.2]}
        training: {epochs: 18, batch: 4, schedule: cosine, learning_rate: [0.001, 0.01, 0.03]}
        seeds: 2
        width: 24
        search: halving
        """
      let whole = try Program(files)
      #expect(try whole.run("run", "cut.yaml", "--jobs", "2").status == 0)
      let (expected, program) = (try left(by: whole), try Program(files))
      #expect(expected.count == 36 + 4 + 2)
      files["cut.yaml"] = files["cut.yaml"]!.replacing("search: halving", with: "keep: all")
      let grid = try Program(files)
      #expect(try grid.run("run", "cut.yaml", "--jobs", "2").status == 0)
      let all = try left(by: grid)
      for (name, bytes) in expected where !name.hasSuffix(".json") {
        #expect(all[name] == bytes, "bit for bit that of a study without halving")
      }
      var random = RandomSource(seed: 2)
      func start() throws -> Program.Running { try program.start(["run", "cut.yaml", "--jobs", "2"]) }
      for _ in 1...12 {
        let studies = [try start(), try start()]
        usleep(useconds_t(random.uniform(50_000, 400_000)))
        let runs = studies.flatMap { Processes.children(of: $0.identifier) }.filter(Processes.isAlive)
        for study in studies {
          study.signal([SIGKILL, SIGKILL, SIGTERM].randomElement(using: &random)!)
          _ = try study.end()
        }
        #expect(Program.wait { runs.allSatisfy { kill($0, 0) != 0 } })
      }
      let last = [try start(), try start()]
      for study in last { #expect(try study.end().status == 0) }
      #expect(differing(try left(by: program), expected) == [])
      #expect(!program.files.contains { $0.hasSuffix(".checkpoint") || $0.hasSuffix(".tmp") })
    }

    /// A warned run ends soon with its checkpoint, and says where; the next start goes on there, or says why not.
    @Test(arguments: [SIGTERM, SIGUSR1]) func aRunByItself(signal: Int32) throws {
      var files = Self.files
      files["letters.txt"] = String(repeating: "abcabdacb", count: 100_000)
      let program = try Program(files)
      let study = try StudyFile(path: "\(program.folder)/cut.yaml")
      let request = try study.requests(.init(roots: [])).last!
      try program.write("cell.json", String(decoding: try request.json(), as: UTF8.self))
      let words = ["cell", "--cell", "cell.json", "--records", "records"]
      let file = "records/\(request.identity).checkpoint"
      let first = try program.start(words + ["--checkpoint-every", "0.01"])
      #expect(Program.wait { program.exists(file) })
      first.signal(signal)
      let ended = try first.end()
      #expect(ended.status == 1)
      let sentence = #/unroll: it was interrupted at epoch ([0-9.]+); the next start goes on from there\n/#
      let epoch = try #require(try sentence.wholeMatch(in: ended.errors)?.1, "\(ended.errors)")
      #expect(program.files.filter { $0.hasPrefix("records") } == [file])
      let second = try program.start(words)
      usleep(600_000)
      second.signal(signal)
      #expect(try second.end().errors.hasPrefix("note: going on from epoch \(epoch)\nunroll: it was interrupted at"))
      try program.write(file, "half a check")
      let third = try program.start(words)
      usleep(600_000)
      third.signal(signal)
      let anew = "note: \(file): is not a safetensors file: its header cannot be read; so the run starts anew\n"
      #expect(try third.end().errors.hasPrefix(anew))
    }

    /// The names of files that only one has, or that are not the same.
    private func differing(_ left: [String: [UInt8]], _ expected: [String: [UInt8]]) -> [String] {
      Set(left.keys).union(expected.keys).filter { left[$0] != expected[$0] }.sorted()
    }

    /// Records without times and environment, and what stands in other files of their folder.
    private func left(by program: Program) throws -> [String: [UInt8]] {
      let names = program.files.filter { name in
        [".json", ".predictions", ".safetensors"].contains(where: name.hasSuffix)
      }
      return try names.reduce(into: [:]) { left, name in
        let bytes = try Files.read("\(program.folder)/\(name)")
        guard name.hasSuffix(".json") else { return left[name] = bytes }
        var record = try RunRecord(json: bytes, file: name)
        record.cost.seconds = 0
        (record.cost.peakMemory, record.cost.trainingTokensPerSecond, record.cost.inferenceTokensPerSecond) = (0, 0, 0)
        record.cost.stepMicroseconds = nil
        record.environment.load = nil
        record.curve = record.curve.map {
          CurvePoint(
            epoch: $0.epoch, step: $0.step, tokens: $0.tokens, seconds: 0, trainingLoss: $0.trainingLoss,
            learningRate: $0.learningRate, development: $0.development)
        }
        left[name] = try record.json(pretty: true)
      }
    }
  }
#endif
