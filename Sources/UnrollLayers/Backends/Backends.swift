import UnrollCore

/// Every kind of backend. The contract tests, `unroll list` and `unroll check` loop over this list.
public enum Backends {
  public static let all: [any BackendOptions.Type] = [
    RNNOptions.self,
    ResidualRNNOptions.self,
    HighwayRNNOptions.self,
    LSTMOptions.self,
    LayerNormLSTMOptions.self,
    SLSTMOptions.self,
    GRUOptions.self,
    AttentionRNNOptions.self,
    MinGRUOptions.self,
    MinLSTMOptions.self,
    MambaOptions.self,
    SelectiveSSMOptions.self,
    LRUOptions.self,
    S4DOptions.self,
    SSMOptions.self,
    AveragingOptions.self,
    ConvolutionOptions.self,
    TransformerOptions.self,
    StackOfBackendsOptions.self,
  ]

  /// - Throws: `InputError` that suggests the nearest name.
  public static func named(_ name: String) throws -> any BackendOptions.Type {
    try all.named(name, kind: "backend") { $0.name }
  }
}
