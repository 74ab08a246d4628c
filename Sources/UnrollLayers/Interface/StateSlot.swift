import UnrollKernels

/// One tensor that a sequence layer carries from step to step: `width` floats a sequence.
public struct StateSlot: Equatable, Sendable {
  /// As a checkpoint and `unroll check` name it: `h`, `c`.
  public let name: String
  /// Floats of one sequence.
  public let width: Int
  /// The value that means "nothing seen yet".
  public let empty: Float
  /// What its values may be.
  public let domain: Domain
  /// Whether beginning elsewhere than empty makes a difference that can be trained.
  public let learnable: Bool

  /// What the values of a slot may be.
  public enum Domain: Equatable, Sendable {
    /// Any number.
    case real
    /// Above zero, once something has been seen (a normaliser).
    case positive
    /// Whole numbers 0…limit (tokens seen so far); carries no gradient.
    case count(Int)
  }

  /// A slot. Only real ones that begin at zero can be learnable.
  public init(_ name: String, _ width: Int, empty: Float = 0, learnable: Bool = true, _ domain: Domain = .real) {
    self.name = name
    self.width = width
    self.empty = empty
    self.domain = domain
    self.learnable = learnable && domain == .real && empty == 0
  }

  /// A counter does not.
  package var carriesGradient: Bool { if case .count = domain { false } else { true } }

  /// The same slot under its name in a larger layer.
  func named(_ name: String) -> StateSlot { StateSlot(name, width, empty: empty, learnable: learnable, domain) }
}

extension [StateSlot] {
  /// The empty state of `count` sequences.
  func empty(_ count: Int, _ arena: Arena) -> [Matrix] {
    map { slot in
      let matrix = arena.matrix(count, slot.width)
      matrix.fill(slot.empty)
      return matrix
    }
  }
}
