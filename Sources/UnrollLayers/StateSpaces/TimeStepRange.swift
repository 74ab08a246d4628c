import CLibrary
import UnrollCore

/// Where the time steps Δ of a state space begin.
public struct TimeStepRange: Options {
  public static let table: [OptionKey<TimeStepRange>] = [
    OptionKey("dt_min", \.smallest, in: 1e-6...10, "smallest initial time step Δ (log-uniform)"),
    OptionKey("dt_max", \.largest, in: 1e-6...10, "largest initial time step Δ"),
  ]

  /// The smallest Δ at the start; in what unit, A says.
  public var smallest = 0.001
  /// The largest Δ at the start.
  public var largest = 0.1

  public init() {}

  /// From `smallest` to `largest`, which is not below it.
  public init(_ smallest: Double, _ largest: Double) { (self.smallest, self.largest) = (smallest, largest) }

  public func validate() throws {
    guard smallest <= largest else { throw InputError("dt_min \(smallest) is larger than dt_max \(largest)") }
  }

  /// log Δ of a Δ that is log-uniform.
  func logarithm(_ random: inout RandomSource) -> Double { random.uniform(log(smallest), log(largest)) }
}

extension Initialiser {
  /// log Δ.
  static func logTimeStep(_ range: TimeStepRange) -> Initialiser {
    Initialiser { rows, columns, random in (0..<rows * columns).map { _ in Float(range.logarithm(&random)) } }
  }

  /// softplus⁻¹(Δ) = Δ + log(1 − e^−Δ).
  static func softplusTimeStep(_ range: TimeStepRange) -> Initialiser {
    Initialiser { rows, columns, random in
      (0..<rows * columns).map { _ in
        let step = exp(range.logarithm(&random))
        return Float(step + log(-expm1(-step)))
      }
    }
  }
}
