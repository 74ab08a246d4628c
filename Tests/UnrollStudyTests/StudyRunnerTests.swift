import TestSupport
import Foundation
import Testing
import UnrollCore
import UnrollData

@testable import UnrollStudy

/// Runs in this process, or none at all: the runner knows only what a launcher says.
@Suite struct StudyRunnerTests {
  /// Does what it is told to for each run, in the runs' own tasks.
  private struct Given: Launcher {
    let body: @Sendable (RunRequest, @escaping (Double) -> Void) async throws -> String?

    func run(
      _ request: RunRequest, progress: @escaping @Sendable (Double) -> Void, note: @escaping @Sendable (String) -> Void
    ) async throws -> String? {
      try await body(request, progress)
    }
  }

  @Test func runsInThisProcess() async throws {
    try await study { study, folder, location in
      let store = folder.store
      let events = Events()
      let here = Given { try CellRun($0, location).run(into: store, progress: $1)?.message }
      let summary = try await StudyRunner(
        study, folder, location, jobs: 2, launcher: here, report: events.add
      ).run()
      #expect(summary.finished == 4 && summary.failed == 0 && !summary.interrupted)
      #expect(events.ended == [.finished, .finished, .finished, .finished] && events.most == 2)
      #expect(try folder.current().records.count == 4)
      let again = try await StudyRunner(
        study, folder, location, jobs: 2, launcher: Given { _, _ in "nothing is to be run" }, report: events.add
      ).run()
      #expect(again.finished == 4 && events.ended.count == 4)
    }
  }

  /// All that a study left is its file: its runs are done, and where a run is tried again in vain its scores stay.
  @Test func theFileOfRunsIsEnough() async throws {
    try await study { study, folder, location in
      let here = Given { try CellRun($0, location).run(into: folder.store, progress: $1)?.message }
      _ = try await StudyRunner(study, folder, location, jobs: 2, launcher: here, report: { _ in }).run()
      var runs = try folder.current()
      for index in runs.records.indices { runs.records[index].environment.build = "0000000000000000" }
      _ = try folder.report(runs)
      for again in [false, true] {
        try FileManager.default.removeItem(atPath: folder.store.folder)
        let summary = try await StudyRunner(
          study, folder, location, jobs: 2, again: again, launcher: Given { _, _ in "it fell" }, report: { _ in }
        ).run()
        #expect(summary.finished == (again ? 0 : 4) && summary.outlived.count == (again ? 4 : 0))
        #expect(try folder.current() == runs)
      }
    }
  }

  /// A run that leaves no record gets one that says why, and says the new reason when it is tried again.
  @Test(arguments: ["it fell", nil] as [String?]) func whatLeavesNoRecordHasFailed(problem: String?) async throws {
    try await study { study, folder, location in
      for problem in ["an earlier reason", problem] {
        let summary = try await StudyRunner(
          study, folder, location, jobs: 3, launcher: Given { _, _ in problem }, report: { _ in }
        ).run()
        #expect(summary.failed == 4)
        let failures = try folder.current().records.map { $0.failure?.message }
        #expect(failures == Array(repeating: problem ?? "it left no record", count: 4))
      }
    }
  }

  /// A record may say more than the launcher, and goes on saying it when the run fails in the same way again.
  @Test func aFailureThatRepeatsKeepsItsWords() async throws {
    try await study { study, folder, location in
      let store = folder.store
      let launcher = Given { request, _ in
        try store.write(.failure(of: request, "it fell\nfrom a ladder", jobs: nil))
        return "it fell"
      }
      for _ in 1...2 {
        let runner = try StudyRunner(study, folder, location, jobs: 1, launcher: launcher, report: { _ in })
        #expect(try await runner.run().failed == 4)
        let failures = try folder.current().records.map { $0.failure?.message }
        #expect(failures == Array(repeating: "it fell\nfrom a ladder", count: 4))
      }
    }
  }

  /// What other runners have made meanwhile counts as it ended there, and takes the words of this study.
  @Test func whatOthersHaveMadeIsNotMadeAgain() async throws {
    try await study { study, folder, location in
      let (store, requests, events) = (folder.store, try study.requests(location), Events())
      let launcher = Given { request, _ in
        #expect(request.identity == requests[0].identity)
        for (other, status) in zip(requests, [RunRecord.Status.finished, .finished, .diverged, .failed]) {
          var record = RunRecord.empty(other, status, jobs: nil)
          if other.identity != request.identity { record.question = "another" }
          try store.write(record)
        }
        return nil
      }
      let summary = try await StudyRunner(
        study, folder, location, jobs: 1, launcher: launcher, report: events.add
      ).run()
      #expect(summary.finished == 2 && summary.diverged == 1 && summary.failed == 1)
      #expect(events.details.map { $0.hasSuffix(", by another runner") } == [false, true, true, true])
      #expect(try folder.current().records.map(\.question) == Array(repeating: study.question, count: 4))
    }
  }

  /// Tasks over copies of a file are the same run, under way twice: what is said of one is not taken for the other.
  @Test(.timeLimit(.minutes(1))) func equalTasksAreToldApart() async throws {
    let tasks = [("a", "tags.txt"), ("b", "other/tags.txt")].map { name, file in
      "  - {name: \(name), data: {format: columns, train: \(file), name: own}}\n"
    }
    try await study("tasks:\n\(tasks.joined())backends: [rnn]\nseeds: 1") { study, folder, location in
      let (store, events) = (folder.store, Events())
      try Files.write(StudyText.tags(60), to: "\(Files.parent(of: folder.reports))/other/tags.txt")
      #expect(Set(try study.requests(location).map(\.identity)).count == 1)
      let (ends, tell) = AsyncStream.makeStream(of: Void.self)
      let launcher = Given { request, progress in
        if request.cell.cell.task == "a" {
          progress(0.25)
          for await _ in ends { break }
        }
        try store.write(.empty(request, .finished, jobs: nil))
        return nil
      }
      _ = try await StudyRunner(study, folder, location, jobs: 2, launcher: launcher) { event in
        events.add(event)
        if case .ended = event { tell.yield() }
      }.run()
      #expect(events.labels == ["b / rnn / seed 1", "a / rnn / seed 1"])
      #expect(events.running.contains(["a / rnn / seed 1 25 %"]))
    }
  }

  /// Scores that are there outlive whatever a launcher says: another machine may have made them.
  @Test func scoresAreNeverReplacedByAFailure() async throws {
    try await study { study, folder, location in
      let store = folder.store
      let launcher = Given { request, _ in
        try store.write(RunRecord.empty(request, .finished, jobs: nil))
        return "it broke after that"
      }
      let summary = try await StudyRunner(
        study, folder, location, jobs: 1, launcher: launcher, report: { _ in }
      ).run()
      #expect(summary.finished == 4 && summary.failed == 0)
    }
  }

  /// Where no run can be made at all, the others end, and nothing is written of them.
  @Test func aLauncherThatBreaksEndsTheStudy() async throws {
    try await study { study, folder, location in
      let launcher = Given { request, _ in
        if request.cell.cell.seed == 2 { throw InputError("there is no room for runs") }
        return "it fell"
      }
      let runner = try StudyRunner(study, folder, location, jobs: 1, launcher: launcher, report: { _ in })
      await #expect(throws: InputError("there is no room for runs")) { try await runner.run() }
      #expect(try folder.current().records.map(\.cell.seed) == [1, 1])
    }
  }

  /// So is a process that cannot be started: no system takes so long an argument.
  @Test func aStartThatFailsEndsTheStudy() async throws {
    try await study { study, folder, location in
      let launcher = ProcessLauncher(arguments: [String(repeating: "a", count: 1 << 22)])
      let runner = try StudyRunner(study, folder, location, jobs: 2, launcher: launcher, report: { _ in })
      let error = await #expect(throws: InputError.self) { try await runner.run() }
      #expect(error?.message == "cannot be started: Argument list too long")
      #expect(try folder.current().records.isEmpty)
    }
  }

  /// Runs under way end with their study, and nothing is written of them.
  @Test func aStudyThatIsCancelled() async throws {
    try await study { _, folder, location in
      let (words, say) = AsyncStream.makeStream(of: String.self)
      let launcher = Given { _, _ in
        say.yield("begun")
        defer { say.yield("ended") }
        try await Task.sleep(for: .seconds(20))
        return nil
      }
      let running = Task {
        let study = try StudyText.study(Self.four, in: Files.parent(of: folder.reports))
        let runner = try StudyRunner(study, folder, location, jobs: 2, launcher: launcher, report: { _ in })
        _ = try await runner.run()
      }
      var heard = words.makeAsyncIterator()
      for _ in 1...2 { #expect(await heard.next() == "begun") }
      running.cancel()
      await #expect(throws: CancellationError.self) { try await running.value }
      for _ in 1...2 { #expect(await heard.next() == "ended") }
      let left = try folder.current().records
      #expect(left.isEmpty && !Files.exists("\(folder.store.folder)/runs.lock"))
    }
  }

  private final class Events {
    var ended: [RunRecord.Status] = []
    var labels: [String] = []
    var details: [String] = []
    var running: [[String]] = []
    /// Runs at the same time, at most.
    var most: Int { running.map(\.count).max() ?? 0 }

    func add(_ event: StudyEvent) {
      if case .ended(let label, let status, _, let detail) = event {
        labels.append(label)
        ended.append(status)
        details.append(detail)
      }
      if case .progress(_, let now, _, _, _) = event { running.append(now) }
    }
  }

  /// Two backends with two seeds.
  private static let four = StudyText.data + "backends: [rnn, gru]\ntraining: {epochs: 1}\nseeds: 2\nwidth: 4"

  /// A study in a folder that vanishes.
  private func study(
    _ text: String = four, _ body: (StudyFile, RunFolder, DataLocation) async throws -> Void
  ) async throws {
    let scratch = Scratch()
    defer { withExtendedLifetime(scratch) {} }
    try scratch.write("tags.txt", StudyText.tags(60))
    try await body(
      try StudyText.study(text, in: scratch.path),
      RunFolder(study: "s", reports: "\(scratch.path)/Reports", records: nil),
      DataLocation(roots: []))
  }
}
