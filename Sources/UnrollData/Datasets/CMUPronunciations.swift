extension DatasetDefinition {
  /// Letters of English words to phones, without the digits of stress, as the literature has it (Rao et al. 2015, Yao & Zweig 2015).
  ///
  /// A word may have several pronunciations, each a pair of its own: they have one source, stay on one side of the split, and any of them
  /// is right.
  static let cmudict = DatasetDefinition(
    "cmudict", "letters of English words to phones, without stress", version: "0f8072f",
    licence: "BSD, Carnegie Mellon University", source: "https://github.com/cmusphinx/cmudict",
    format: FormatDefinition("cmudict", "words and their phones", reader: .pairs(PronouncingDictionary.read))
  ) {
    $0.train = "cmudict/cmudict.dict"
    ($0.unit, $0.targetUnit) = (.character, .word)
    ($0.developmentPercent, $0.testPercent) = (5, 5)
  }
}

/// Lines such as `aalborg(2) AA1 L B AO0 R G # place, danish`: a further pronunciation of `aalborg`.
private enum PronouncingDictionary {
  @Sendable static func read(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<TextPair>]
  {
    let file = try files.read(path, options.encoding)
    let tokenisers = PairTokenisers(options)
    var (samples, known): ([Sample<TextPair>], Set<[UInt8]>) = ([], [])
    var equal = 0
    try file.forEachLine { line, number in
      let fields = line.words.prefix { $0.first != .hash }
      guard let head = fields.first else { return }
      let word = withoutNumber(head)
      let phones = Array(fields.dropFirst().map(withoutStress).joined(separator: [UInt8.space]))
      guard known.insert(Array(word) + [.tab] + phones).inserted else {
        equal += 1
        return
      }
      samples.append(try Sample(word, phones[...], tokenisers, file, number))
    }
    if equal > 0 { files.remark("pronunciations that differ in stress alone, each kept once: \(equal) left out") }
    return try file.required(samples, "pronunciations")
  }

  /// `aalborg` of `aalborg(2)`.
  private static func withoutNumber(_ head: TextFile.Bytes) -> TextFile.Bytes {
    guard head.last == UInt8(ascii: ")"), let open = head.lastIndex(of: UInt8(ascii: "(")),
      head[open...].dropFirst().dropLast().allSatisfy(\.isDigit)
    else { return head }
    return head[..<open]
  }

  private static func withoutStress(_ phone: TextFile.Bytes) -> TextFile.Bytes {
    phone.last?.isDigit == true ? phone.dropLast() : phone
  }
}
