extension FormatDefinition {
  static let text = FormatDefinition(
    "text", "running text for language models",
    preset: {
      $0.developmentPercent = 5
      $0.testPercent = 5
    }, reader: .stream(readText))

  /// In characters, line feeds are tokens like all others; in words, `line_token` stands for them.
  @Sendable private static func readText(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws
    -> [String]
  {
    let file = try files.read(path, options.encoding)
    let tokeniser = Tokeniser(options)
    guard options.unit == .word else { return tokeniser.tokens(file.bytes[...]) }
    var tokens: [String] = []
    file.forEachLine { line, _ in
      tokeniser.append(line, to: &tokens)
      if !options.lineToken.isEmpty { tokens.append(options.lineToken) }
    }
    return tokens
  }
}
