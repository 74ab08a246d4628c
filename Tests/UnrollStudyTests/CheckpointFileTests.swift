import TestSupport
import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollStudy
@testable import UnrollTraining

/// Checkpoints as files, and runs that go on from them.
@Suite struct CheckpointFileTests {
  private let scratch = Scratch()
  private var store: RecordStore { RecordStore(folder: scratch.path) }
  private let identity = "0123456789abcdef"

  private static let checkpoint: Checkpoint = {
    var progress = Checkpoint.Progress()
    (progress.epoch, progress.batches, progress.epochBatches, progress.steps) = (3, 1, 4, 13)
    (progress.tokens, progress.seconds, progress.recent) = (1234, 0.1 + 0.2, LossSums(loss: 1 / 3.0, count: 7))
    progress.curve = [
      CurvePoint(
        epoch: 1, step: 4, tokens: 400, seconds: 0.1, trainingLoss: 2 / 3.0, learningRate: 5e-324,
        development: ["accuracy": 0.7])
    ]
    // Signalling and quiet NaN with a payload, denormals, zeros of both signs, infinities.
    let bits: [UInt32] = [
      0x7fa0_1234, 0xffc0_0001, 1, 0x807f_ffff, 0, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x3f80_0000,
    ]
    return Checkpoint(
      progress: progress,
      tensors: [
        "weights": Buffer(copying: bits.map { Float(bitPattern: $0) }), "optimiser.second": Buffer(count: 0),
        "carried.0.0": Buffer(copying: [1, 2, 3]),
      ])
  }()

  private func bits(_ checkpoint: Checkpoint) -> [String: [UInt32]] {
    checkpoint.tensors.mapValues { $0.row.array.map(\.bitPattern) }
  }

  @Test func everyBitComesBack() throws {
    try store.write(Self.checkpoint, of: identity, seconds: 12.5)
    let (found, seconds) = try #require(try store.checkpoint(of: identity))
    #expect(seconds == 12.5 && found.progress == Self.checkpoint.progress && found.progress.epochs == 3.25)
    #expect(bits(found) == bits(Self.checkpoint))
    #expect(try store.checkpoint(of: "another") == nil)
    try store.removeCheckpoint(of: identity)
    #expect(try store.checkpoint(of: identity) == nil)
  }

  @Test func whereNoneCanBeWritten() throws {
    try scratch.write("file", "")
    var notes: [String] = []
    func sentence(_ store: RecordStore) -> String {
      let checkpointer = RunCheckpointer(store, identity, interval: nil, endsOnSignals: false) { notes.append($0) }
      checkpointer.keep(Self.checkpoint)
      return RunCheckpointer.Interrupted(epochs: 3.25, isKept: checkpointer.isKept).sentence
    }
    #expect(sentence(store) == "it was interrupted at epoch 3.25; the next start goes on from there" && notes.isEmpty)
    let lost = sentence(RecordStore(folder: "\(scratch.path)/file"))
    #expect(lost.hasPrefix("it was interrupted at epoch 3.25, and no checkpoint could be written there; "))
    #expect(notes.count == 1)
  }

  @Test func whatIsDamagedIsASentence() throws {
    try store.write(Self.checkpoint, of: identity, seconds: 12.5)
    let path = store.checkpointPath(of: identity)
    let bytes = try Files.read(path)
    func read(_ bytes: [UInt8]) throws -> Checkpoint? {
      try Files.write(bytes, to: path)
      do { return try store.checkpoint(of: identity)?.checkpoint } catch let error as InputError {
        #expect(error.file == path)
        return nil
      }
    }
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      guard let found = try read(changed) else { continue }
      // Nothing is changed by where a tensor of no values stands.
      #expect(bits(found) == bits(Self.checkpoint) && found.progress == Self.checkpoint.progress, "byte \(index)")
    }
    for count in stride(from: 0, to: bytes.count, by: 3) {
      #expect(try read(Array(bytes[..<count])).map(bits) == nil, "\(count)")
    }
  }

  @Test func whatIsOfOthersIsASentence() throws {
    try store.write(Self.checkpoint, of: "another", seconds: 12.5)
    let path = store.checkpointPath(of: identity)
    try Files.write(try Files.read(store.checkpointPath(of: "another")), to: path)
    let other = #expect(throws: InputError.self) { try store.checkpoint(of: identity) }
    #expect(other?.description == "\(path): is of a run with other settings or data")
    try changeProgram(path, identity)
    let foreign = #expect(throws: InputError.self) { try store.checkpoint(of: identity) }
    #expect(foreign?.description == "\(path): is of another build of unroll, or of another machine")
  }

  /// As another build of the program would have written it.
  private func changeProgram(_ path: String, _ identity: String) throws {
    let file = try SafeTensors(contentsOf: path)
    let tensors = file.tensors.mapValues { Buffer(copying: $0.values) }
    var metadata = file.metadata
    metadata["checksum"] = nil
    (metadata["identity"], metadata["program"]) = (identity, "another")
    metadata["checksum"] = RecordStore.checksum(metadata, tensors)
    try SafeTensors.write(tensors, metadata: metadata, to: path)
  }

  /// The record is the same, whether a run goes on or begins anew; the checkpoint goes when it is there.
  @Test func runsGoOn() throws {
    try scratch.write("tags.txt", StudyText.tags(80))
    let text =
      StudyText.data + "backends: [gru]\nmodel: {embedding: 5}\ntraining: {epochs: 4, batch: 16}\nseeds: 1\nwidth: 6"
    let location = DataLocation(roots: [])
    let request = try StudyText.study(text, in: scratch.path).requests(location)[0]
    let path = store.checkpointPath(of: request.identity)
    var (left, notes): ([UInt8], [String]) = ([], [])
    func run(from checkpoint: [UInt8]?) throws -> RunRecord {
      notes = []
      if let checkpoint { try Files.write(checkpoint, to: path) }
      let problem = try CellRun(request, location).run(
        into: store, checkpointInterval: 0,
        progress: { if $0 == 0.75, checkpoint == nil { left = (try? Files.read(path)) ?? [] } },
        note: { notes.append($0) })
      #expect(problem == nil && !Files.exists(path))
      return try store.read(request.identity).withoutTimes
    }
    let whole = try run(from: nil)
    #expect(notes.isEmpty && !left.isEmpty)
    #expect(try run(from: left) == whole)
    #expect(notes.count == 1 && notes[0].hasPrefix("going on from epoch 3.0"))
    #expect(try run(from: Array(left.dropLast())) == whole)
    #expect(notes.count == 1 && notes[0].hasSuffix("; so the run starts anew"))
    try Files.write(left, to: path)
    try changeProgram(path, request.identity)
    #expect(try run(from: Files.read(path)) == whole)
    #expect(notes == ["\(path): is of another build of unroll, or of another machine; so the run starts anew"])
  }

  /// One write in a hundred times what it takes, and ten seconds or two minutes at least, unless somebody says otherwise.
  @Test func howOften() {
    func checkpointer(_ interval: Double?) -> RunCheckpointer {
      RunCheckpointer(store, identity, interval: interval, endsOnSignals: false) { _ in }
    }
    #expect(!checkpointer(nil).isDue(evaluated: true) && !checkpointer(nil).isDue(evaluated: false))
    #expect(checkpointer(0).isDue(evaluated: false) && !checkpointer(60).isDue(evaluated: true))
    #expect(!checkpointer(0).isEnding)
    func isDue(_ age: Double, _ cost: Double, _ evaluated: Bool) -> Bool {
      RunCheckpointer.isDue(age: age, cost: cost, evaluated: evaluated)
    }
    #expect(isDue(10, 0.1, true) && !isDue(9.9, 0.1, true) && !isDue(10, 0.11, true) && isDue(200, 2, true))
    #expect(isDue(120, 1.2, false) && !isDue(119, 1, false) && !isDue(120, 1.21, false))
  }
}

extension RunRecord {
  /// What is the same whenever and wherever the run is made.
  var withoutTimes: RunRecord {
    var record = self
    record.cost.seconds = 0
    (record.cost.peakMemory, record.cost.trainingTokensPerSecond, record.cost.inferenceTokensPerSecond) = (0, 0, 0)
    record.cost.stepMicroseconds = nil
    record.environment.load = nil
    record.curve = record.curve.map {
      CurvePoint(
        epoch: $0.epoch, step: $0.step, tokens: $0.tokens, seconds: 0, trainingLoss: $0.trainingLoss,
        learningRate: $0.learningRate, development: $0.development)
    }
    return record
  }
}
