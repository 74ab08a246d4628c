import UnrollCore

extension DatasetDefinition {
  /// NARMA of order 10 (Atiya & Parlos 2000): from u, uniform in [0, 0.5), the number
  ///
  ///     y(t+1) = 0.3 y(t) + 0.05 y(t) Σ_{i=0…9} y(t−i) + 1.5 u(t−9) u(t) + 0.1
  ///
  /// at every step; y and u are 0 before the first. Only u is read, so a model must keep its last ten numbers. Runs in which y leaves
  /// [0, 1] (the system can run away) are drawn again.
  static let narma = DatasetDefinition(
    "narma", "numbers that depend on the last ten of a random series (NARMA-10)", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length"],
      check: {
        if $0.length > 10_000 { throw InputError("narma: length must be 10000 or less, or the system runs away") }
      },
      .generatedSeries(
        Generator { options, random in
          while true {
            let u = (0..<options.length).map { _ in 0.5 * random.uniform() }
            let y = NARMA.outputs(u)
            if y.allSatisfy({ (0...1).contains($0) }) {
              return NumberSequence(columns: NARMA.columns, inputs: u.map { Float($0) }, targets: y.map { Float($0) })
            }
          }
        }))
  ) {
    $0.labelColumn = ""
    $0.generator.length = 100
    ($0.generator.trainItems, $0.generator.developmentItems, $0.generator.testItems) = (400, 100, 100)
  }
}

enum NARMA {
  static let columns = SeriesColumns(inputs: ["u"], target: .numbers(["y"]))
  private static let order = 10

  /// y(t+1) at every t.
  static func outputs(_ u: [Double]) -> [Double] {
    var y = [Double](repeating: 0, count: order)
    for t in u.indices {
      let delayed = t >= order - 1 ? u[t - order + 1] : 0
      y.append(0.3 * y.last! + 0.05 * y.last! * y.suffix(order).reduce(0, +) + 1.5 * delayed * u[t] + 0.1)
    }
    return Array(y.dropFirst(order))
  }
}
