import UnrollCore

extension DataRequest {
  /// How a line of text becomes tokens, as in these data; nil of numbers.
  public var tokeniser: Tokeniser? { definition.kind == .series ? nil : Tokeniser(options) }

  /// How a line becomes the tokens of a target; nil where no text is to be written for another.
  public var targetTokeniser: Tokeniser? { kind == .pairs ? Tokeniser(options.ofTargets) : nil }

  /// Reads other files of the same format, all of them together as held-out data.
  ///
  /// - Parameters:
  ///   - paths: from the current folder (of a format that reads folders, folders).
  ///   - labels: those that there are.
  /// - Returns: the same items as development and as test.
  /// - Throws: `InputError` for a file that cannot be read, and for a label that is not among `labels`, with file and line.
  public func heldOut(_ paths: [String], labels: LabelSet) throws -> Corpus {
    let files = SourceFiles { $0 }
    func all<Item>(_ read: Reader.Read<[Item]>) throws -> Splits<Item> {
      let items = try paths.flatMap { try read($0, files, options) }
      return Splits(development: items, test: items)
    }
    func known<Item: SequenceItem>(_ read: Reader.Read<[Sample<Item>]>) throws -> Splits<Item> {
      let samples = try all(read)
      for sample in samples.test { try sample.requireLabels(labels) }
      return samples.map(\.item)
    }
    switch definition.format.reader {
    case .tagged(let read): return .tagged(try known(read))
    case .labelled(let read): return .labelled(try known(read))
    case .pairs(let read): return .pairs(try known(read))
    case .series(let read): return .series(try known(read))
    case .stream(let read): return .text(try all(read))
    case .pieces(let read): return .text(try all(read).each { Tokeniser(options).stream($0.map(\.item)) })
    case .generatedTags, .generatedTexts, .generatedPairs, .generatedSeries:
      throw InputError("the data \(name) are generated and have no files; leave the files out")
    }
  }
}

extension Sample where Item: SequenceItem {
  /// - Throws: `InputError` for a label that is not among `labels`.
  fileprivate func requireLabels(_ labels: LabelSet) throws {
    for (name, line) in zip(item.labelNames, lines) {
      guard let name, labels.id(name) == nil else { continue }
      throw InputError(Suggestion.unknown("label", name, known: labels.names), file: file, line: line)
    }
  }
}
