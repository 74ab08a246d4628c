import UnrollCore

extension DatasetDefinition {
  /// `length` steps of two numbers, the first uniform in [0, 1), the second 1 at two steps and 0 at all others; at the last step the sum of the
  /// two marked numbers is asked for.
  ///
  /// The adding problem in its published form (Hochreiter & Schmidhuber 1997; Bai et al. 2018). Always saying 1, the mean, has a mean squared
  /// error of 1/6.
  static let addingNumbers = DatasetDefinition(
    "adding-numbers", "the sum of two marked numbers of a long series, as published", version: "1",
    licence: "none needed", source: "generated",
    format: .generated(
      ["length"],
      check: {
        if $0.length < 2 { throw InputError("adding-numbers: length must be 2 or more, for two marks") }
      },
      .generatedSeries(
        Generator { options, random in
          let marked = random.distinct(2, below: options.length)
          let values = (0..<options.length).map { _ in Float(random.uniform()) }
          var targets = [Float](repeating: .nan, count: options.length)
          targets[options.length - 1] = values[marked[0]] + values[marked[1]]
          return NumberSequence(
            columns: SeriesColumns(inputs: ["value", "mark"], target: .numbers(["sum"])),
            inputs: values.enumerated().flatMap { [$1, marked.contains($0) ? 1 : 0] }, targets: targets)
        }))
  ) {
    $0.labelColumn = ""
    $0.generator.length = 200
  }
}
