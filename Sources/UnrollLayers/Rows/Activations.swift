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
    elementwise(x, pass, Kernels.relu, Kernels.reluBack)
  }
}

/// x Φ(x) (Hendrycks & Gimpel 2016).
public struct GELU: Layer {
  public init() {}

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    elementwise(x, pass, Kernels.gelu, Kernels.geluBack)
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
    elementwise(x, pass, Kernels.silu, Kernels.siluBack)
  }
}

/// log(1 + exp(x)).
public struct Softplus: Layer {
  public init() {}

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    elementwise(x, pass, Kernels.softplus, Kernels.softplusBack)
  }
}

/// y = f(x) element by element, and dx from x and dy.
private func elementwise(
  _ x: Matrix, _ pass: Pass, _ f: (_ x: Matrix, _ y: Matrix) -> Void,
  _ back: @escaping (_ x: Matrix, _ dy: Matrix, _ dx: Matrix) -> Void
) -> (output: Matrix, pullback: Pullback) {
  let y = pass.arena.matrix(x.rows, x.columns)
  f(x, y)
  return (
    y,
    { dy in
      let dx = pass.arena.matrix(x.rows, x.columns)
      back(x, dy, dx)
      return dx
    }
  )
}
