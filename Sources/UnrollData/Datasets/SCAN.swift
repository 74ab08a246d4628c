extension DatasetDefinition {
  /// Commands such as `jump twice` as sequences of actions (Lake & Baroni 2018).
  static let scanSimple = scan("simple", "commands as actions, split at random")
  /// Training has up to 22 actions, test 24 to 48.
  static let scanLength = scan("length", "commands as actions, longer ones in the test split than in training")

  private static func scan(_ split: String, _ summary: String) -> DatasetDefinition {
    DatasetDefinition(
      "scan-\(split)", summary, version: "2018", licence: "BSD", source: "https://github.com/brendenlake/SCAN",
      format: FormatDefinition("scan", "IN: source OUT: target", reader: .pairs(SCAN.read))
    ) {
      $0.train = "scan/tasks_train_\(split).txt"
      $0.test = "scan/tasks_test_\(split).txt"
    }
  }
}

/// Lines such as `IN: jump twice OUT: I_JUMP I_JUMP`.
private enum SCAN {
  @Sendable static func read(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<TextPair>]
  {
    let file = try files.read(path, options.encoding)
    let tokenisers = PairTokenisers(options)
    var samples: [Sample<TextPair>] = []
    try file.forEachLine { line, number in
      if line.isBlank { return }
      guard line.starts(with: input), let middle = line.firstRange(of: output) else {
        throw file.error("not a line of SCAN: IN: command OUT: actions", number)
      }
      let source = line[(line.startIndex + input.count)..<middle.lowerBound]
      samples.append(try Sample(source, line[middle.upperBound...], tokenisers, file, number))
    }
    return samples
  }

  private static let input = Array("IN:".utf8)
  private static let output = Array(" OUT:".utf8)
}
