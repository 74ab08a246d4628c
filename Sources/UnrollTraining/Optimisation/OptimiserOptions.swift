import UnrollCore

/// Which optimiser, with its constants under PyTorch's names.
public struct OptimiserOptions: Options {
  public enum Kind: String, CaseIterable, Sendable { case adam, adamw, sgd, rmsprop, adagrad }

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

  public var kind = Kind.adam
  public var learningRate = 0.002
  public var weightDecay = 0.0
  public var beta1 = 0.9
  public var beta2 = 0.999
  public var epsilon = 1e-8
  public var momentum = 0.0
  public var nesterov = false
  public var alpha = 0.99

  public init() {}

  private var isAdam: Bool { kind == .adam || kind == .adamw }

  public func validate() throws {
    if kind == .adamw && weightDecay == 0 {
      throw InputError("optimiser: adamw without a weight_decay above zero is adam; set one, or use adam")
    }
  }
}
