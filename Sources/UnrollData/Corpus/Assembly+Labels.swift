import UnrollCore

extension Assembly {
  /// All labels of the set, after `unseen_labels` was applied to those that training does not have.
  ///
  /// - Throws: `InputError` with file and line when a label occurs only outside training and the option says `error`,
  ///   or when there is nothing to tell apart.
  func checkLabels<Item: SequenceItem>(_ splits: inout Splits<Sample<Item>>) throws -> LabelSet {
    let trained = Assembly.names(splits.train)
    switch options.unseenLabels {
    case .error:
      try complain(splits.development, "development", trained)
      try complain(splits.test, "test", trained)
    case .drop:
      splits.development.removeAll { !$0.item.namedLabels.allSatisfy { trained.contains(TokenKey($0)) } }
      splits.test.removeAll { !$0.item.namedLabels.allSatisfy { trained.contains(TokenKey($0)) } }
    case .keep: break
    }
    let held = Assembly.names(splits.development).union(Assembly.names(splits.test))
    let labels = LabelSet(trained.union(held).map(\.text))
    guard labels.count > 1 || splits.train.isEmpty else {
      let all = labels.names.first.map { "every item has the label \"\($0)\"" } ?? "every tag is the ignored one"
      throw InputError("\(all): there is nothing to learn; choose another column", file: splits.train[0].file)
    }
    return labels
  }

  private static func names<Item: SequenceItem>(_ samples: [Sample<Item>]) -> Set<TokenKey> {
    samples.reduce(into: []) { set, sample in
      for name in sample.item.namedLabels { set.insert(TokenKey(name)) }
    }
  }

  private func complain<Item: SequenceItem>(
    _ samples: [Sample<Item>], _ split: String, _ trained: Set<TokenKey>
  ) throws {
    for sample in samples {
      let unknown = zip(sample.item.labelNames, sample.lines).first { name, _ in
        name.map { !trained.contains(TokenKey($0)) } ?? false
      }
      guard case (let name?, let line)? = unknown else { continue }
      throw InputError(
        "the label \"\(name)\" occurs in the \(split) split but never in training; correct it, or set "
          + "unseen_labels to keep (such items count as errors) or drop",
        file: sample.file, line: line)
    }
  }
}
