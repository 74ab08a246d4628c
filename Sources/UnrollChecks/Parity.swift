import UnrollCore
import UnrollKernels
import UnrollLayers

/// Agreement with reference cases that were computed in float64 elsewhere.
package enum Parity {
  /// One expected tensor and how far ours is from it.
  package struct Comparison: Codable, Sendable {
    package let tensor: String
    /// max|ours − theirs| / max(max|theirs|, 1e−3)
    package let error: Double
  }

  package struct Result: Codable, Sendable {
    package let name: String
    package let operation: String
    /// Empty when the operation is not supported, or the case is broken.
    package let comparisons: [Comparison]
    /// What is wrong with the case, where it cannot be run.
    package let complaint: String?

    package var largest: Double { comparisons.map(\.error).max() ?? .infinity }
    package func passes(_ tolerance: Double) -> Bool { !comparisons.isEmpty && largest <= tolerance }
  }

  /// Runs every case of a folder, in order of names.
  package static func run(folder: String, only: String = "") throws -> [Result] {
    let files = try Files.list(folder).filter { $0.hasSuffix(".safetensors") && (only.isEmpty || $0.contains(only)) }
    guard !files.isEmpty else {
      throw InputError("holds no .safetensors case\(only.isEmpty ? "" : " named *\(only)*")", file: folder)
    }
    return try files.map { try run(file: "\(folder)/\($0)", name: String($0.dropLast(".safetensors".count))) }
  }

  private static func run(file: String, name: String) throws -> Result {
    var operation = "unknown"
    do {
      let reference = try ReferenceCase(SafeTensors(contentsOf: file), file: file)
      operation = reference.operation
      return Result(name: name, operation: operation, comparisons: try compare(reference), complaint: nil)
    } catch let error as InputError {
      let complaint = InputError(error.message, file: file).description
      return Result(name: name, operation: operation, comparisons: [], complaint: complaint)
    }
  }

  /// All comparisons of a case; none when its operation is not supported.
  ///
  /// - Throws: `InputError` for whatever a damaged case can hold.
  package static func compare(_ reference: ReferenceCase) throws -> [Comparison] {
    try operations[reference.operation]?(reference) ?? []
  }

  /// A new operation is one line here.
  static let operations: [String: @Sendable (ReferenceCase) throws -> [Comparison]] = [
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
    "bernoulli": bernoulli,
    "squared-error": squaredError,
    "crf": conditionalRandomField,
    "optimiser": optimiser,
    "clip-grad-norm": clipping,
  ]
}
