/// Something a person gave us is wrong: one sentence that says what, where, and what to do.
///
/// Thrown wherever a file, a study or an option is read; shown by the command line as it stands.
public struct InputError: Error, Equatable, CustomStringConvertible {
  /// The sentence, without file and line.
  public let message: String
  /// The file, as the person named it.
  public let file: String?
  /// Line number, from 1.
  public let line: Int?
  /// What else is wrong with what was read.
  public let also: [InputError]

  /// A complaint that says what is wrong and what to do about it, without the place: `description` puts that in front.
  public init(_ message: String, file: String? = nil, line: Int? = nil, also: [InputError] = []) {
    self.message = message
    self.file = file
    self.line = line
    self.also = also
  }

  /// This one and all others, each by itself.
  public var each: [InputError] { [InputError(message, file: file, line: line)] + also.flatMap(\.each) }

  /// A line for each.
  public var description: String {
    let sentence =
      switch (file, line) {
      case (let file?, let line?): "\(file):\(line): \(message)"
      case (let file?, nil): "\(file): \(message)"
      default: message
      }
    return ([sentence] + also.map(\.description)).joined(separator: "\n")
  }
}
