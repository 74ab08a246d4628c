import UnrollKernels

/// The elementwise function of a feed-forward part.
public enum PointwiseActivation: String, CaseIterable, Sendable {
  case relu, gelu

  var layer: any Layer {
    switch self {
    case .relu: ReLU()
    case .gelu: GELU()
    }
  }
}

/// max(x, 0) (Nair & Hinton 2010).
public struct ReLU: Layer {
  public init() {}

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let y = pass.arena.matrix(x.rows, x.columns)
    Kernels.relu(x, into: y)
    return (
      y,
      { dy in
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.reluBack(x, dy, into: dx)
        return dx
      }
    )
  }
}

/// x Φ(x) (Hendrycks & Gimpel 2016).
public struct GELU: Layer {
  public init() {}

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let y = pass.arena.matrix(x.rows, x.columns)
    Kernels.gelu(x, into: y)
    return (
      y,
      { dy in
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.geluBack(x, dy, into: dx)
        return dx
      }
    )
  }
}

/// Gated linear unit: x₁ ⊙ σ(x₂) for the halves of each row (Dauphin et al. 2017).
public struct GLU: Layer {
  public init() {}

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let y = pass.arena.matrix(x.rows, x.columns / 2)
    Kernels.glu(x, into: y)
    return (
      y,
      { dy in
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.gluBack(x, dy, into: dx)
        return dx
      }
    )
  }
}

/// x σ(x) (Elfwing et al. 2018).
public struct SiLU: Layer {
  public init() {}

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let y = pass.arena.matrix(x.rows, x.columns)
    Kernels.silu(x, into: y)
    return (
      y,
      { dy in
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.siluBack(x, dy, into: dx)
        return dx
      }
    )
  }
}

/// log(1 + exp(x)).
public struct Softplus: Layer {
  public init() {}

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let y = pass.arena.matrix(x.rows, x.columns)
    Kernels.softplus(x, into: y)
    return (
      y,
      { dy in
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.softplusBack(x, dy, into: dx)
        return dx
      }
    )
  }
}
