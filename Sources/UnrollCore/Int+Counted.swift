extension Int {
  /// With what is counted: `1 run`, `3 runs`.
  package func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
