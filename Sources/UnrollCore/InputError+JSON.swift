extension InputError {
  /// What a program says of a layout that it does not know.
  package static func newer(format: Int, file: String, line: Int? = nil) -> InputError {
    InputError("was written by a newer unroll (format \(format)); update unroll to read it", file: file, line: line)
  }
}

extension DecodingError {
  /// What is wrong, in a few words.
  package var sentence: String {
    switch self {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(context.place) is of another type"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(context.place) has a value that it cannot have"
    default: "broken JSON"
    }
  }
}

extension DecodingError.Context {
  /// Keys and numbers from the outside: `metrics.0.unit`.
  fileprivate var place: String {
    codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}
