import UnrollCore
import UnrollKernels

extension GatedScan.Gates {
  /// Minimal LSTM (Feng et al. 2024): forget and input gate share one unit between them and do not see the state.
  ///
  ///     f_t = σ(W_f x_t + b_f),  i_t = σ(W_i x_t + b_i),  h̃_t = g(W_h x_t + b_h)
  ///     f' = f/(f + i),  i' = i/(f + i),  h_t = f' ⊙ h_{t−1} + i' ⊙ h̃_t
  ///
  /// g(x) = x + 0.5 for x ≥ 0, else σ(x); or g(x) = x. State: h, H floats. Cost: 3 H E + H multiply-adds a token. Rows of
  /// `gates.weight` lie in the order f, i, h̃.
  static let minLSTM = GatedScan.Gates(
    count: 3, coefficients: { Kernels.minLSTM($0, positive: $1, a: $2, b: $3) },
    back: { Kernels.minLSTMBack($0, positive: $1, da: $2, db: $3, into: $4) })
}

/// Options of `min-lstm`.
public struct MinLSTMOptions: BackendOptions {
  public static let name = "min-lstm"
  public static let summary =
    "minimal LSTM: h = f' h + i' h̃ with f' + i' = 1, gates from the input alone (Feng et al. 2024)"
  public static let table: [OptionKey<MinLSTMOptions>] = [
    OptionKey("candidate", \.candidate, "h̃: the positive function g of the log-space form, or linear"),
    OptionKey(
      "forget_bias", \.forgetBias, in: -10...10, "initial bias of the forget gate; high values remember longer"),
  ]

  /// With g no state is negative.
  public var candidate = MinimalCandidate.g
  /// Initial bias of the forget gate; high values remember longer.
  public var forgetBias = 0.0

  public init() {}

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    GatedScan(.minLSTM, shape, positive: candidate == .g, bias: [forgetBias, 0, 0], parameters)
  }
}
