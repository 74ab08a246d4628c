import UnrollCore
import UnrollKernels

extension GatedScan.Gates {
  /// Minimal GRU (Feng et al. 2024): gates that do not see the state, so that all of them are one product.
  ///
  ///     z_t = σ(W_z x_t + b_z),  h̃_t = g(W_h x_t + b_h)
  ///     h_t = (1 − z_t) ⊙ h_{t−1} + z_t ⊙ h̃_t
  ///
  /// g(x) = x + 0.5 for x ≥ 0, else σ(x); or g(x) = x. State: h, H floats. Cost: 2 H E + H multiply-adds a token. Rows of
  /// `gates.weight` lie in the order z, h̃.
  static let minGRU = GatedScan.Gates(
    count: 2, coefficients: { Kernels.minGRU($0, positive: $1, a: $2, b: $3) },
    back: { Kernels.minGRUBack($0, positive: $1, da: $2, db: $3, into: $4) })
}

/// Options of `min-gru`.
public struct MinGRUOptions: BackendOptions {
  public static let name = "min-gru"
  public static let summary = "minimal GRU: h = (1 − z) h + z h̃, gates from the input alone (Feng et al. 2024)"
  public static let table: [OptionKey<MinGRUOptions>] = [
    OptionKey("candidate", \.candidate, "h̃: the positive function g of the log-space form, or linear"),
    OptionKey("update_bias", \.updateBias, in: -10...10, "initial bias of the update gate; low values remember longer"),
  ]

  /// With g no state is negative.
  public var candidate = MinimalCandidate.g
  /// Initial bias of the update gate; low values remember longer.
  public var updateBias = 0.0

  public init() {}

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    GatedScan(.minGRU, shape, positive: candidate == .g, bias: [updateBias, 0], parameters)
  }
}
