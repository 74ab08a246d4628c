import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollSystem
import UnrollTraining

/// Where a run stands that is under way: a file `<identity>.checkpoint`, until its record is written.
///
/// It is one safetensors file. Its metadata are the run's `identity`, the `program` that wrote it (`Machine.arithmetic`), `progress` as
/// JSON, the `seconds` of the run so far, and a `checksum` of all the rest.
extension RecordStore {
  func checkpointPath(of identity: String) -> String { "\(folder)/\(identity).checkpoint" }

  /// - Parameter seconds: of the run so far.
  func write(_ checkpoint: Checkpoint, of identity: String, seconds: Double) throws {
    var metadata = [
      "identity": identity, "program": Machine.arithmetic, "seconds": "\(seconds)",
      "progress": String(decoding: try checkpoint.progress.json(), as: UTF8.self),
    ]
    metadata["checksum"] = RecordStore.checksum(metadata, checkpoint.tensors)
    try SafeTensors.write(checkpoint.tensors, metadata: metadata, to: checkpointPath(of: identity))
  }

  /// From where the run goes on, and its seconds so far; nil for the beginning.
  ///
  /// - Throws: `InputError` for a file that cannot be used: a damaged one, one of another run or program.
  package func checkpoint(of identity: String) throws -> (checkpoint: Checkpoint, seconds: Double)? {
    let path = checkpointPath(of: identity)
    guard RecordStore.isIdentity(identity), Files.exists(path) else { return nil }
    let file = try SafeTensors(contentsOf: path)
    let tensors = file.tensors.mapValues { Buffer(copying: $0.values) }
    var metadata = file.metadata
    let checksum = metadata.removeValue(forKey: "checksum")
    guard checksum == RecordStore.checksum(metadata, tensors), let seconds = metadata["seconds"].flatMap(Double.init),
      let progress = try? Checkpoint.Progress(json: Array((metadata["progress"] ?? "").utf8))
    else { throw InputError("is damaged", file: path) }
    guard metadata["identity"] == identity else {
      throw InputError("is of a run with other settings or data", file: path)
    }
    guard metadata["program"] == Machine.arithmetic else {
      throw InputError("is of another build of unroll, or of another machine", file: path)
    }
    return (Checkpoint(progress: progress, tensors: tensors), seconds)
  }

  func removeCheckpoint(of identity: String) throws { try Files.remove(checkpointPath(of: identity)) }

  /// FNV-1a over whole numbers: one that changes changes the sum.
  package static func checksum(_ metadata: [String: String], _ tensors: [String: Buffer]) -> String {
    let sorted = tensors.sorted { $0.key < $1.key }
    let words = metadata.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    var sum = Digest.number((words + sorted.map { "\($0.key) \($0.value.count)" }).joined(separator: "\n"))
    for (_, tensor) in sorted {
      let row = tensor.row
      for index in 0..<tensor.count { sum = (sum ^ UInt64(row[0, index].bitPattern)) &* 0x100_0000_01b3 }
    }
    return "\(sum)"
  }
}
