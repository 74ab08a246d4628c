import Foundation
import Testing
import UnrollCore
import UnrollData

@testable import UnrollStudy

/// Runs in this process, or none at all: the runner knows only what a launcher says.
@Suite struct StudyRunnerTests {
  /// Does what it is told to for each run, in the runs' own tasks.
  private struct Given: Launcher {
    let body: @Sendable (RunRequest, @escaping (Double) -> Void) throws -> String?

    func run(_ request: RunRequest, progress: @escaping @Sendable (Double) -> Void) async throws -> String? {
      try body(request, progress)
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

  private final class Events {
    var ended: [RunRecord.Status] = []
    /// Runs at the same time, at most.
    var most = 0

    func add(_ event: StudyEvent) {
      if case .ended(_, let status, _, _) = event { ended.append(status) }
      if case .progress(_, let running, _, _, _) = event { most = max(most, running.count) }
    }
  }

  /// Two backends with two seeds, in a folder that vanishes.
  private func study(_ body: (StudyFile, RunFolder, DataLocation) async throws -> Void) async throws {
    let folder = "\(NSTemporaryDirectory())/unroll-runner-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Files.write(StudyText.tags(60), to: "\(folder)/tags.txt")
    let text = StudyText.data + "backends: [rnn, gru]\ntraining: {epochs: 1}\nseeds: 2\nwidth: 4"
    try await body(
      try StudyText.study(text, in: folder), RunFolder(study: "s", reports: "\(folder)/Reports", records: nil),
      DataLocation(roots: []))
  }
}
