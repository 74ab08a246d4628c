import Synchronization
import TestSupport
import Testing
import UnrollCore
import UnrollData

@testable import UnrollStudy
@testable import UnrollTraining

/// Successive halving: who goes on is a function of curves up to the rung, and who goes on is not changed by it.
@Suite struct HalvingTests {
  @Test(arguments: [
    (9, 9, [1, 3, 9]), (8, 9, [3, 9]), (30, 10, [1, 3, 10]), (100, 4, [1, 4]), (3, 3, [1, 3]),
    (81, 81, [1, 3, 9, 27, 81]),
  ]) func rungs(candidates: Int, epochs: Int, rungs: [Int]) {
    #expect(Halving.rungs(candidates: candidates, epochs: epochs) == rungs)
  }

  @Test func whereThereIsNothingToHalve() {
    #expect(Halving.rungs(candidates: 2, epochs: 99) == nil && Halving.rungs(candidates: 99, epochs: 2) == nil)
  }

  /// One run a candidate, with these development scores after its epochs; `until` is how far it has come.
  private func runs(_ scores: [[Double]], rungs: [Int] = [1, 2], until: [Int] = []) -> [RunRecord] {
    scores.enumerated().map { place, scores in
      var record = Synthetic.record("lstm", seed: 1, score: scores.last!)
      record.cell.candidate = "c\(place)"
      record.cell.search = .init(rungs: rungs, runs: scores.isEmpty ? 0 : 1)
      record.order = .init(task: 0, backend: place)
      record.identity = Digest.hex(Array("\(place)".utf8))
      record.curve = zip(1..., scores).map { Synthetic.point(epoch: Double($0), development: ["accuracy": $1]) }
      record.scores[.development] = ["accuracy": scores.max()!]
      return record
    }
  }

  private func selection(_ records: [RunRecord], of count: Int? = nil) -> Selection {
    Selection(
      records.map { record in
        var record = record
        record.cell.search?.runs = count ?? records.count
        return record
      })
  }

  private func stopped(_ records: [RunRecord], of count: Int? = nil) -> [Int?] {
    selection(records, of: count).candidates.map(\.stopped)
  }

  @Test func theBestThirdGoesOnByItsBestScoreSoFar() {
    let all = runs([[0.6, 0.99], [0.8, 0.7], [0.7, 0.9], [0.65, 0.6], [0.5, 0.5], [0.75, 0.5]])
    #expect(stopped(all) == [1, nil, 1, 1, 1, nil], "what comes after the rung plays no part")
    #expect(stopped(all.reversed()) == [1, nil, 1, 1, 1, nil])
    #expect(selection(all).chosen.name == "c1")
    let three = runs([[0.9, 0.1, 0.1], [0.5, 0.95, 0.1], [0.6, 0.92, 0.99]], rungs: [2, 3])
    #expect(stopped(three) == [2, nil, 2])
    #expect(stopped(runs([[0.7, 0.1], [0.7, 0.9], [0.7, 0.9]])) == [nil, 1, 1], "the first of equal ones")
  }

  @Test func twoRungs() {
    let scores = (0..<9).map { place in [0.6 + 0.01 * Double(place), 0.9 - 0.01 * Double(place), 0.9] }
    #expect(stopped(runs(scores, rungs: [1, 2, 3])) == [1, 1, 1, 1, 1, 1, nil, 2, 2])
  }

  /// Nothing is decided before all of those in the race have reached the rung.
  @Test func aRungWaitsForAll() {
    var all = runs([[0.6, 0.9, 0.9], [0.8, 0.8, 0.8], [0.7, 0.7, 0.7]], rungs: [2, 3])
    for place in all.indices { all[place] = all[place].stopped(after: 2) }
    #expect(selection(all).rung == nil && stopped(all) == [nil, 2, 2] && selection(all).waiting == 1)
    all[2] = all[2].stopped(after: 1)
    #expect(selection(all).rung == 2 && stopped(all) == [nil, nil, nil] && selection(all).waiting == 3)
    #expect(selection(Array(all[..<2]), of: 3).rung == 2 && stopped(Array(all[..<2]), of: 3) == [nil, nil])
  }

  /// What is lost before a rung comes last there; after it the rung has been reached.
  @Test func lostRuns() {
    let all = runs([[0.9, 0.9, 0.9], [0.8, 0.8, 0.8], [0.7, 0.7, 0.7]], rungs: [2, 3])
    func lost(_ epochs: Int, _ status: RunRecord.Status) -> [RunRecord] {
      var first = Synthetic.lost(all[0], status, "it fell")
      first.curve = Array(first.curve.prefix(epochs))
      return [first, all[1], all[2]]
    }
    #expect(stopped(lost(1, .diverged)) == [2, nil, 2] && stopped(lost(2, .diverged)) == [nil, 2, 2])
    #expect(stopped(lost(0, .failed)) == [2, nil, 2])
    #expect(selection(lost(1, .diverged)).candidates[0].records[0].status == .diverged)
  }

  /// Whoever trained a run for longer than its search let it changes no report.
  @Test func whatCameAfterTheRungIsNotSeen() throws {
    let whole = runs([[0.6, 0.99], [0.8, 0.7], [0.7, 0.9]]).map { record in
      var record = record
      record.cell.search?.runs = 3
      return record
    }
    let short = [whole[0].stopped(after: 1), whole[1], whole[2].stopped(after: 1)]
    #expect(short[0].scores == [.development: ["accuracy": 0.6]] && short[0].curve.count == 1)
    let text = try ReportFiles.text(whole)
    #expect(try ReportFiles.text(short) == text)
    #expect(text.contains("Rungs: after 1 of 2 epochs. All runs together were trained for 4 epochs, 67 % of the 6"))
    #expect(
      text.contains("None: the run that no search stopped finished.")
        || text.contains("None: all 1 run that no search stopped finished."))
    #expect(text.contains("stopped at 1 of 2 epochs") && text.contains("(2 stopped)") && !text.contains("99.0"))
  }

  @Test(arguments: ["[]", "[9]", "[3,1]", "[0,9]", "[1,1]", "[1,9000000]"]) func noRungs(_ text: String) throws {
    let json = String(decoding: try runs([[0.6, 0.9]])[0].json(pretty: false), as: UTF8.self)
    #expect(throws: Never.self) { try RunRecord(json: Array(json.utf8), file: "r.json") }
    let other = json.replacing("\"rungs\":[1,2]", with: "\"rungs\":\(text)")
    #expect(throws: InputError.self) { try RunRecord(json: Array(other.utf8), file: "r.json") }
  }

  @Test func aStudyWithoutAResultYet() throws {
    let all = runs([[0.6, 0.9], [0.8, 0.8], [0.7, 0.7]]).map { $0.stopped(after: 1) }
    #expect(
      throws: InputError("no run of the study \"demo\" has come to its end yet: go on with `unroll run`")
    ) { try StudyResults(all, study: "demo") }
  }

  @Test(arguments: [
    ("[0.1, 0.2]", 9, "search has no effect here: halving takes 3 candidates and 3 epochs, or more; leave it out"),
    (
      "[0.1, 0.2, 0.3], seconds: 3", 9,
      "halving goes by epochs, and training.seconds by the clock; leave one of them out"
    ),
  ]) func complaints(list: String, epochs: Int, sentence: String) {
    let text =
      "tasks: [copying]\nbackends: [gru]\nseeds: 1\nsearch: halving\ntraining: {epochs: \(epochs), learning_rate: \(list)}"
    #expect(StudyText.complaint(text).hasSuffix(sentence), "\(StudyText.complaint(text))")
    let many = "tasks: [copying]\nbackends: [gru]\nseeds: 1\nsearch: halving\ntraining: {epochs: [3, 4, 5]}"
    #expect(StudyText.complaint(many).contains("those of copying / gru train for 3 or 4 or 5"))
    #expect(StudyText.complaint(text.replacing("halving", with: "halvin")).contains("did you mean \"halving\""))
  }
}

/// Whole studies, whose runs are made in this process.
extension HalvingTests {
  private struct Here: Launcher {
    let store: RecordStore
    let fails: @Sendable (RunRequest) -> Bool

    func run(
      _ request: RunRequest, progress: @escaping @Sendable (Double) -> Void, note: @escaping @Sendable (String) -> Void
    ) async throws -> String? {
      if fails(request) { return "it fell" }
      let run = CellRun(request, DataLocation(roots: []))
      return try run.run(into: store, keep: .best, checkpointInterval: 0, note: note)?.message
    }
  }

  private static let text =
    StudyText.data + """
      backends: [gru, rnn]
      seeds: 2
      width: 5
      model: {embedding: 4, output_dropout: [0, 0.1, 0.3]}
      training: {epochs: 9, schedule: cosine, learning_rate: [0.003, 0.03, 0.1]}

      """

  /// What a study left: records without times by identity, and names of models.
  private func left(
    _ text: String, jobs: Int, fails: @escaping @Sendable (RunRequest) -> Bool = { _ in false },
    scratch: Scratch = Scratch()
  ) async throws -> (records: [String: RunRecord], models: [String], summary: StudySummary) {
    try scratch.write("tags.txt", StudyText.tags(60))
    let (study, folder) = (
      try StudyText.study(text, in: scratch.path),
      RunFolder(study: "s", reports: "\(scratch.path)/Reports", records: nil)
    )
    var summary = StudySummary()
    for _ in 1...9 {
      summary = try await StudyRunner(
        study, folder, DataLocation(roots: []), jobs: jobs, launcher: Here(store: folder.store, fails: fails),
        report: { _ in }
      ).run()
      if summary.failed == 0 { break }
    }
    let records = try folder.current().records.map { record in
      var record = record
      record.cost = .none
      record.environment.load = nil
      record.curve = record.curve.map {
        Synthetic.point(epoch: $0.epoch, loss: $0.trainingLoss, development: $0.development)
      }
      return record
    }
    let models = try Files.list(folder.store.folder).filter { $0.hasSuffix(".safetensors") }
    #expect(try !Files.list(folder.store.folder).contains { $0.hasSuffix(".checkpoint") })
    return (
      Dictionary(uniqueKeysWithValues: records.map { ($0.identity, $0) }),
      models, summary
    )
  }

  /// What goes on to the end is bit for bit that of a study without halving, what stops its first part; with any number at a time.
  @Test func whoGoesOnIsAsIfNobodyHadStopped() async throws {
    let whole = try await left(Self.text, jobs: 2)
    let halved = try await left(Self.text + "search: halving\n", jobs: 1)
    #expect(whole.summary.finished == 36 && halved.summary.finished == 4 && halved.summary.stopped == 32)
    #expect(Set(whole.records.keys) == Set(halved.records.keys))
    for (identity, record) in halved.records {
      var other = try #require(whole.records[identity])
      other.cell.search = .init(rungs: [1, 3, 9], runs: 18)
      guard record.status == .stopped else {
        #expect(other == record)
        continue
      }
      #expect([1, 3].contains(record.curve.count) && record.scores[.test] == nil && record.items == nil)
      #expect(Array(other.curve.prefix(record.curve.count)) == record.curve)
    }
    let epochs = halved.records.values.map(\.curve.count)
    #expect(epochs.count { $0 == 1 } == 24 && epochs.count { $0 == 3 } == 8 && epochs.count { $0 == 9 } == 4)
    #expect(halved.models.count == 2)
    let three = try await left(Self.text + "search: halving\n", jobs: 3)
    #expect(three.records == halved.records && three.models == halved.models)
  }

  /// Runs that fail at first and are tried again leave what runs leave that never did; so does a study that was whole, or smaller, before.
  @Test func thePastPlaysNoPart() async throws {
    let text = Self.text + "search: halving\n"
    let calm = try await left(text, jobs: 2)
    let failed = Failures()
    let rough = try await left(text, jobs: 2, fails: failed.isFirst)
    #expect(failed.count > 36 && rough.models == calm.models)
    func seen(_ records: [String: RunRecord]) throws -> [RunRecord] {
      try StudyResults(Array(records.values), study: "s").records
    }
    #expect(try seen(rough.records) == seen(calm.records))
    let scratch = Scratch()
    _ = try await left(text.replacing("[0.003, 0.03, 0.1]", with: "[0.003, 0.03]"), jobs: 2, scratch: scratch)
    let grown = try await left(text, jobs: 2, scratch: scratch)
    #expect(try seen(grown.records) == seen(calm.records))
    _ = try await left(Self.text, jobs: 2, scratch: scratch)
    let again = try await left(text, jobs: 2, scratch: scratch)
    #expect(again.summary.finished == 36 && again.summary.stopped == 0)
    #expect(try seen(again.records) == seen(calm.records))
  }

  /// Says of every run and rung once that it fails.
  private final class Failures: @unchecked Sendable {
    private let lock = Mutex<Set<String>>([])
    var count: Int { lock.withLock(\.count) }

    @Sendable func isFirst(_ request: RunRequest) -> Bool {
      lock.withLock { $0.insert("\(request.identity) \(request.stop ?? 0)").inserted }
    }
  }
}
