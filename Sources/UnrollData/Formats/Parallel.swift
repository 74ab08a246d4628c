import UnrollCore

extension FormatDefinition {
  static let parallel = FormatDefinition(
    "parallel", "sources in one file and their targets on the same lines of another", keys: ["target_extension"],
    preset: { $0.tokeniser = .words },
    check: { options in
      guard !options.targetExtension.isEmpty else {
        throw InputError("target_extension is missing: en, where the targets of train.de stand in train.en")
      }
    }, reader: .pairs(Parallel.read))
}

private enum Parallel {
  @Sendable static func read(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<TextPair>]
  {
    let other = try pathOfTargets(path, options.targetExtension)
    let (sources, targets) = (try files.read(path, options.encoding), try files.read(other, options.encoding))
    let (first, second) = (sources.lines, targets.lines)
    guard first.count == second.count else {
      throw targets.error(
        "there are \(second.count.counted("line")), and \(first.count) in \(sources.path): a line of one belongs to the same line of the other",
        min(first.count, second.count) + 1)
    }
    let tokenisers = PairTokenisers(options)
    return try zip(first, second).enumerated().compactMap { index, texts in
      if texts.0.isBlank && texts.1.isBlank { return nil }
      return try Sample(texts.0, texts.1, tokenisers, sources, targets: targets, index + 1)
    }
  }

  /// Where the targets of a file of sources stand.
  private static func pathOfTargets(_ path: String, _ ending: String) throws -> String {
    let parts = Files.name(path).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, let own = parts.last, own != ending else {
      throw InputError("\(path) must end in a dot and something else than target_extension (\(ending))")
    }
    return path.dropLast(own.count) + ending
  }
}

extension TextFile {
  fileprivate var lines: [Bytes] {
    var lines: [Bytes] = []
    forEachLine { line, _ in lines.append(line) }
    return lines
  }
}
