import UnrollCore

/// How the columns of a series are brought to mean 0 and deviation 1: measured on training, kept with a model.
public struct SeriesScales: Equatable, Codable, Sendable {
  /// (x − mean) / deviation.
  public struct Column: Equatable, Codable, Sendable {
    /// Of the column in its file.
    public let name: String
    /// 0 of a column of nothing but 0 and 1, which stays as it is.
    public let mean: Double
    /// Of all values (divisor n); 1 of a column that never changes, and of one of nothing but 0 and 1.
    public let deviation: Double

    /// From the unit of the file to a number of the model.
    public func scaled(_ value: Double) -> Float { Float((value - mean) / deviation) }
    /// From a number of the model back to the unit of the file.
    public func restored(_ value: Double) -> Double { value * deviation + mean }
  }

  /// E, in the order of a row.
  public let inputs: [Column]
  /// Empty where labels are asked for.
  public let targets: [Column]

  /// Measures the training split; nil of words.
  public init?(measuring corpus: Corpus) {
    guard case .series(let splits) = corpus, let columns = splits.train.first?.columns else { return nil }
    inputs = columns.inputs.enumerated().map { place, name in
      Column(name, splits.train.flatMap { $0.inputs.column(place, of: columns.inputs.count) })
    }
    guard case .numbers(let names) = columns.target else {
      targets = []
      return
    }
    targets = names.enumerated().map { place, name in
      Column(name, splits.train.flatMap { $0.targets.column(place, of: names.count).filter { !$0.isNaN } })
    }
  }

  /// - Throws: `InputError` for other columns than those that were measured.
  func scaled(_ item: NumberSequence) throws -> (inputs: [Float], targets: [Float]) {
    guard item.columns.inputs == inputs.map(\.name), item.columns.targetCount == targets.count else {
      throw InputError(
        "the columns are \(item.columns.inputs.joined(separator: ", ")); the model reads "
          + inputs.map(\.name).joined(separator: ", "))
    }
    return (
      item.inputs.indices.map { inputs[$0 % inputs.count].scaled(Double(item.inputs[$0])) },
      item.targets.indices.map { targets[$0 % targets.count].scaled(Double(item.targets[$0])) }
    )
  }
}

extension SeriesScales.Column {
  fileprivate init(_ name: String, _ values: [Float]) {
    self.name = name
    let count = Double(values.count)
    if values.allSatisfy({ $0 == 0 || $0 == 1 }) {
      (mean, deviation) = (0, 1)
    } else if let only = values.min(), only == values.max() {
      (mean, deviation) = (Double(only), 1)
    } else {
      let mean = values.reduce(0) { $0 + Double($1) } / count
      self.mean = mean
      deviation = (values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count).squareRoot()
    }
  }
}

extension Array {
  /// Every `count`-th element from `place` on.
  fileprivate func column(_ place: Int, of count: Int) -> [Element] {
    stride(from: place, to: self.count, by: count).map { self[$0] }
  }
}
