import CLibrary
import UnrollBench
import UnrollChecks
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers
import UnrollStudy
import UnrollSystem
import UnrollTraining

/// Every reader of what people write or download: bytes in, and at worst an `InputError` out.
enum Readers {
  typealias Reader = @Sendable (_ bytes: [UInt8]) throws -> Void

  static let all = own.merging(formats) { $1 }

  private static let own: [String: Reader] = [
    "study": { bytes in _ = try StudyFile(path: file("study.yaml", bytes)).cells() },
    "bench": { bytes in _ = try BenchCases(path: file("cases.json", bytes)) },
    "figure": { bytes in _ = try LineFigure(bytes, file: "figure.json") },
    "record": { bytes in
      _ = try file("record.json", bytes)
      _ = try RecordStore(folder: folder).read("record")
    },
    "predictions": { bytes in
      _ = try file("record.predictions", bytes)
      _ = try RecordStore(folder: folder).predictions(of: "record")
    },
    "checkpoint": { bytes in
      // With a checksum of what it holds, or nothing behind the sum would ever be reached.
      var content = try SafeTensors(bytes)
      content.metadata["checksum"] = nil
      content.metadata.merge(["identity": "record", "program": Machine.arithmetic]) { $1 }
      let tensors = content.tensors.mapValues { Buffer(copying: $0.values) }
      content.metadata["checksum"] = RecordStore.checksum(content.metadata, tensors)
      _ = try file("record.checkpoint", try content.encoded())
      _ = try RecordStore(folder: folder).checkpoint(of: "record")
    },
    "runs": { bytes in _ = try StudyRuns(lines: bytes, file: "runs.jsonl") },
    "cell": { bytes in _ = try RunRequest(json: bytes, file: "cell.json") },
    "model": { bytes in
      let model = try ModelFile(bytes, file: "model.safetensors")
      _ = try model.network()
      _ = try Predictor(model).predict("a b\u{FFFD}c")
    },
    "vectors": { bytes in _ = try WordVectors(path: file("vectors.txt", bytes)) { _ in true } },
    "safetensors": { bytes in _ = try SafeTensors(bytes) },
    "parity": { bytes in _ = try Parity.compare(ReferenceCase(SafeTensors(bytes), file: "case")) },
  ]

  private static let formats: [String: Reader] = Dictionary(
    uniqueKeysWithValues: Formats.all.map { format in (format.name, { @Sendable bytes in try data(format, bytes) }) })

  /// A file of a format. Its first line may be a table of options: `{column: upos}`.
  private static func data(_ format: FormatDefinition, _ bytes: [UInt8]) throws {
    let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    var (entries, content): ([Setting.Entry], ArraySlice<UInt8>) = ([], bytes[...])
    if bytes.first == UInt8(ascii: "{") {
      let line = String(decoding: bytes[..<end], as: UTF8.self)
      entries = try Setting(yaml: line, file: "options").entries("options")
      content = bytes[end...].dropFirst()
    }
    let files = ["format", "train", "development", "test", "target_extension"]
    let isParallel = format.name == "parallel"
    // Where there are two files, the second begins behind the first zero.
    let parts = isParallel ? content.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false) : [content]
    // Of a format that reads a folder it is the only file.
    let path = try file("data/label.txt", Array(parts[0]))
    if isParallel { _ = try file("data/label.targets", Array(parts.dropFirst().first ?? [])) }
    let train = format.name == "file-per-class" ? Files.parent(of: path) : path
    let paths = [("format", format.name), ("train", train)] + (isParallel ? [("target_extension", "targets")] : [])
    let own = paths.map { key, value in
      Setting.Entry(key: key, line: 1, value: Setting(.scalar(value), file: "options", line: 1))
    }
    let setting = Setting(.table(own + entries.filter { !files.contains($0.key) }), file: "options", line: 1)
    _ = try DataRequest(setting).load(DataLocation(roots: []))
  }

  /// `scripts/fuzz` removes it, however this program ends.
  private static let folder = (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") + "/unroll-fuzz-\(getpid())"

  private static func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = "\(folder)/\(name)"
    try Files.makeFolder(Files.parent(of: path))
    // Not `Files.write`, which waits for the disk.
    guard let file = fopen(path, "wb") else { throw InputError("cannot be written", file: path) }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    return path
  }
}
