extension Arena {
  /// What memory is like when it is lent; tests and sanitizers ask for other than the usual.
  package enum Lending: Sendable {
    case usual
    /// Not a number, in which is seen what is read before it is written.
    case notANumber
    /// Every matrix asked of the system by itself, so that a sanitizer sees what lies beyond it.
    case apart
  }

  /// Of arenas that are made meanwhile.
  @TaskLocal package static var lending = Lending.usual
}
