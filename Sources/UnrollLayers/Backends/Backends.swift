import UnrollCore

/// The list of backends: to add one, add a line.
public enum Backends {
  /// Every backend but `stack`, which may be made of any of them.
  static let single: [any BackendOptions.Type] = [
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
  ]

  static func named(_ name: String, among known: [any BackendOptions.Type]) throws -> any BackendOptions.Type {
    try known.named(name, kind: "backend") { $0.name }
  }
}
