import UnrollCore

/// Which optimiser, with its constants under PyTorch's names.
public struct OptimiserOptions: Options {
  /// The update rule.
  public enum Kind: String, CaseIterable, Sendable {
    /// Kingma & Ba 2015; weight decay is added to the gradient.
    case adam
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019).
    case adamw
    /// With momentum, if that is above zero.
    case sgd
    /// Tieleman & Hinton 2012.
    case rmsprop
    /// Duchi et al. 2011.
    case adagrad
  }

  public static let table: [OptionKey<OptimiserOptions>] = [
    OptionKey("optimiser", \.kind, "update rule"),
    OptionKey("learning_rate", \.learningRate, in: 0...1000, "step size at the peak of the schedule"),
    OptionKey("weight_decay", \.weightDecay, in: 0...10, "decoupled for adamw, added to the gradient otherwise"),
    OptionKey("beta1", \.beta1, in: 0...0.999999, "adam, adamw: decay of the mean")
      .needs("optimiser: adam or adamw") { $0.isAdam },
    OptionKey("beta2", \.beta2, in: 0...0.999999, "adam, adamw: decay of the mean square")
      .needs("optimiser: adam or adamw") { $0.isAdam },
    OptionKey("epsilon", \.epsilon, in: 0...1, "added to the denominator")
      .needs("another optimiser than sgd") { $0.kind != .sgd },
    OptionKey("momentum", \.momentum, in: 0...0.999999, "sgd: momentum").needs("optimiser: sgd") { $0.kind == .sgd },
    OptionKey("nesterov", \.nesterov, "sgd: look ahead")
      .needs("optimiser: sgd and a momentum above zero") { $0.kind == .sgd && $0.momentum > 0 },
    OptionKey("alpha", \.alpha, in: 0...0.999999, "rmsprop: decay of the mean square")
      .needs("optimiser: rmsprop") { $0.kind == .rmsprop },
  ]

  /// Decides which of the constants count.
  public var kind = Kind.adam
  /// Step size at the peak of the schedule.
  public var learningRate = 0.002
  /// Decoupled for `adamw`, added to the gradient otherwise.
  public var weightDecay = 0.0
  /// `adam`, `adamw`: decay of the mean of gradients.
  public var beta1 = 0.9
  /// `adam`, `adamw`: decay of the mean of their squares.
  public var beta2 = 0.999
  /// Added to the denominator; `sgd` has none.
  public var epsilon = 1e-8
  /// `sgd`: decay of the velocity; 0 for none.
  public var momentum = 0.0
  /// `sgd`: whether the gradient is looked up ahead (Nesterov 1983); needs a momentum.
  public var nesterov = false
  /// `rmsprop`: decay of the mean of squares.
  public var alpha = 0.99

  public init() {}

  private var isAdam: Bool { kind == .adam || kind == .adamw }

  public func validate() throws {
    if kind == .adamw && weightDecay == 0 {
      throw InputError("optimiser: adamw without a weight_decay above zero is adam; set one, or use adam")
    }
  }
}
