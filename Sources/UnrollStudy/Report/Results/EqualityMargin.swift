import UnrollCore
import UnrollTraining

/// Differences that do not matter: models are called equal only where both ends of an interval lie within it.
public struct EqualityMargin: Codable, Equatable, Sendable {
  /// Of percentages.
  public var points = 0.5
  /// Of what is no percentage: per cent of the best mean.
  public var percent = 1.0

  public init() {}

  /// A study's `margin`: a table with one of the two or both.
  init(_ setting: Setting) throws {
    for entry in try setting.entries("margin") {
      let number = try entry.value.number("margin.\(entry.key)")
      guard number >= 0, number <= 100 else { throw entry.value.error("margin.\(entry.key) must be 0…100") }
      switch entry.key {
      case "points": points = number
      case "percent": percent = number
      default: throw entry.value.error(Suggestion.unknown("key of margin", entry.key, known: ["points", "percent"]))
      }
    }
  }

  /// In the metric's own unit, beside the best mean.
  func width(_ metric: Metric, best: Double) -> Double {
    metric.unit == .percent ? points / 100 : percent / 100 * abs(best)
  }

  /// `0.5 points`, `1 %`.
  func text(_ metric: Metric) -> String {
    metric.unit == .percent ? "\(Digits.plain(points)) points" : "\(Digits.plain(percent)) %"
  }
}
