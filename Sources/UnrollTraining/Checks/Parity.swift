import UnrollCore
import UnrollKernels
import UnrollLayers

/// Agreement with reference cases that were computed in float64 elsewhere.
public enum Parity {
  /// One expected tensor and how far ours is from it.
  public struct Comparison: Codable, Sendable {
    public let tensor: String
    /// max|ours − theirs| / max(max|theirs|, 1e−3)
    public let error: Double
  }

  public struct Result: Codable, Sendable {
    public let name: String
    public let operation: String
    /// Empty when the operation is not supported.
    public let comparisons: [Comparison]

    public var largest: Double { comparisons.map(\.error).max() ?? .infinity }
    public func passes(_ tolerance: Double) -> Bool { !comparisons.isEmpty && largest <= tolerance }
  }

  /// Runs every case of a folder, in order of names.
  public static func run(folder: String, only: String = "") throws -> [Result] {
    let files = try Files.list(folder).filter { $0.hasSuffix(".safetensors") && (only.isEmpty || $0.contains(only)) }
    guard !files.isEmpty else {
      throw InputError("holds no .safetensors case\(only.isEmpty ? "" : " named *\(only)*")", file: folder)
    }
    return try files.map { try run(file: "\(folder)/\($0)", name: String($0.dropLast(".safetensors".count))) }
  }

  static func run(file: String, name: String) throws -> Result {
    let reference = try ReferenceCase(SafeTensors(contentsOf: file), file: file)
    let comparisons = try operations[reference.operation]?(reference) ?? []
    return Result(name: name, operation: reference.operation, comparisons: comparisons)
  }

  /// A new operation is one line here.
  static let operations: [String: (ReferenceCase) throws -> [Comparison]] = [
    "backend": backend,
    "rnn": { try recurrent("rnn", [("activation", $0.option("nonlinearity"))], $0) },
    "residual-rnn": { try recurrent("residual-rnn", [], $0) },
    "highway-rnn": { try recurrent("highway-rnn", [], $0) },
    "lstm": { try recurrent("lstm", [], $0) },
    "lstm-no-output-tanh": { try recurrent("lstm", [("output", "identity")], $0) },
    "gru": { try recurrent("gru", [], $0) },
    "gru-reset-before": { try recurrent("gru", [("reset", "before")], $0) },
    "gru-simplified": { try recurrent("gru", [("reset", "none")], $0) },
    "attention-pooling": attentionPooling,
    "s4d": diagonalStateSpace,
    "ssm-dense": denseStateSpace,
    "selective-scan": selectiveScan,
    "cross-entropy": crossEntropy,
    "optimiser": optimiser,
    "clip-grad-norm": clipping,
  ]
}

/// A case with its tensors under their names; a missing one is a sentence.
struct ReferenceCase {
  let file: String
  let content: SafeTensors

  init(_ content: SafeTensors, file: String) {
    self.content = content
    self.file = file
  }

  var operation: String { content.metadata["op"] ?? "unknown" }

  func option(_ key: String) -> String { content.metadata[key] ?? "" }

  func number(_ key: String) throws -> Double {
    guard let value = Double(option(key)) else { throw InputError("the metadata has no number \(key)", file: file) }
    return value
  }

  func has(_ name: String) -> Bool { content.tensors[name] != nil }

  subscript(name: String) -> SafeTensors.Tensor {
    get throws {
      guard let tensor = content.tensors[name] else { throw InputError("the case has no tensor \(name)", file: file) }
      return tensor
    }
  }

  /// How far `ours` is from the expected tensor of that name.
  func compare(_ name: String, _ ours: [Float]) throws -> Parity.Comparison {
    let theirs = try self[name].values
    guard ours.count == theirs.count else {
      throw InputError("tensor \(name) has \(theirs.count) values, ours \(ours.count)", file: file)
    }
    let scale = max(theirs.map { Double(abs($0)) }.max() ?? 0, 1e-3)
    let difference = zip(ours, theirs).map { abs(Double($0) - Double($1)) }.max() ?? 0
    let finite = ours.allSatisfy(\.isFinite)
    return Parity.Comparison(tensor: name, error: finite ? difference / scale : .infinity)
  }
}
