/// Something a person gave us is wrong: one sentence that says what, where, and what to do.
///
/// Thrown wherever a file, a study or an option is read; shown by the command line as it stands.
public struct InputError: Error, Equatable, CustomStringConvertible {
  /// The sentence, without the place.
  public let message: String
  /// The file, as the person named it.
  public let file: String?
  /// Line number, from 1.
  public let line: Int?

  public init(_ message: String, file: String? = nil, line: Int? = nil) {
    self.message = message
    self.file = file
    self.line = line
  }

  public var description: String {
    switch (file, line) {
    case (let file?, let line?): "\(file):\(line): \(message)"
    case (let file?, nil): "\(file): \(message)"
    default: message
    }
  }
}
