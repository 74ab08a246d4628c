/// How a task will read a backend.
public enum Reading: String, CaseIterable, Sendable {
  /// Every step may see the whole sequence (tagging).
  case everyStep = "every step"
  /// One vector for the sequence (classification).
  case summary
  /// Every step may see only what came before it (language modelling).
  case causal
}
