import UnrollCore

enum Stopwatch {
  /// Runs of a median, those to warm up included.
  static let fewest = 5

  /// Median milliseconds of a run after two to warm up: as many as fit into the time, three at least.
  static func median(seconds: Double, _ run: () throws -> Void) rethrows -> Double {
    try run()
    try run()
    var times: [Double] = []
    let start = ContinuousClock.now
    while times.count < 3 || (ContinuousClock.now - start).seconds < seconds { times.append(try time(run)) }
    return median(times)
  }

  /// Fewest milliseconds of a run.
  static func best(seconds: Double, _ run: () -> Void) -> Double {
    run()
    var times: [Double] = []
    let start = ContinuousClock.now
    while times.count < 3 || (ContinuousClock.now - start).seconds < seconds { times.append(time(run)) }
    return times.min()!
  }

  /// Milliseconds of one run.
  static func time(_ run: () throws -> Void) rethrows -> Double {
    let before = ContinuousClock.now
    try run()
    return (ContinuousClock.now - before).seconds * 1e3
  }

  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
