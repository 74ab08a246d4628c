import UnrollKernels

/// The elementwise function of a feed-forward part.
public enum PointwiseActivation: String, CaseIterable, Sendable {
  /// max(x, 0)
  case relu
  /// x Φ(x)
  case gelu

  var layer: any Layer {
    switch self {
    case .relu: ReLU()
    case .gelu: GELU()
    }
  }
}

/// y = f(x), element by element.
public protocol Pointwise: Layer {
  /// From x to y, matrices of one shape.
  static var function: (_ x: Matrix, _ y: Matrix) -> Void { get }
  /// From x and dy to dx.
  static var back: (_ x: Matrix, _ dy: Matrix, _ dx: Matrix) -> Void { get }
}

extension Pointwise {
  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let y = pass.arena.matrix(x.rows, x.columns)
    Self.function(x, y)
    return (
      y,
      { dy in
        let dx = pass.arena.matrix(x.rows, x.columns)
        Self.back(x, dy, dx)
        return dx
      }
    )
  }

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let y = pass.arena.matrix(x.rows, x.columns)
    return SequenceStream(x, y, [], pass) { Self.function(x, y) }
  }
}

/// max(x, 0) (Nair & Hinton 2010).
public struct ReLU: Pointwise {
  /// Without parameters.
  public init() {}

  public static var function: (Matrix, Matrix) -> Void { Kernels.relu }
  public static var back: (Matrix, Matrix, Matrix) -> Void { Kernels.reluBack }
}

/// x Φ(x) (Hendrycks & Gimpel 2016).
public struct GELU: Pointwise {
  /// Without parameters.
  public init() {}

  public static var function: (Matrix, Matrix) -> Void { Kernels.gelu }
  public static var back: (Matrix, Matrix, Matrix) -> Void { Kernels.geluBack }
}

/// x σ(x) (Elfwing et al. 2018).
public struct SiLU: Pointwise {
  /// Without parameters.
  public init() {}

  public static var function: (Matrix, Matrix) -> Void { Kernels.silu }
  public static var back: (Matrix, Matrix, Matrix) -> Void { Kernels.siluBack }
}

/// log(1 + exp(x)).
public struct Softplus: Pointwise {
  /// Without parameters.
  public init() {}

  public static var function: (Matrix, Matrix) -> Void { Kernels.softplus }
  public static var back: (Matrix, Matrix, Matrix) -> Void { Kernels.softplusBack }
}

/// Gated linear unit: x₁ ⊙ σ(x₂) for the halves of each row (Dauphin et al. 2017).
public struct GLU: Layer {
  /// From [R, 2H] to [R, H], without parameters.
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

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let y = pass.arena.matrix(x.rows, x.columns / 2)
    return SequenceStream(x, y, [], pass) { Kernels.glu(x, into: y) }
  }
}
