import UnrollCore
import UnrollKernels

/// The affine maps of a recurrent cell with g gates: weight_ih [gH, E], weight_hh [gH, H], bias_ih and bias_hh [gH], in
/// PyTorch's names and layout.
///
/// With n heads the recurrent map is block-diagonal: weight_hh [gH, H/n], and unit j sees the H/n units of its own head.
public struct RecurrentWeights {
  /// weight_ih [gH, E].
  public let ih: Parameter
  /// weight_hh [gH, H/heads].
  public let hh: Parameter
  /// Nil for a cell that adds its biases elsewhere.
  public let biases: (ih: Parameter, hh: Parameter)?
  /// g, blocks of H pre-activations.
  public let gates: Int
  /// Width H.
  public let width: Int

  var inputWidth: Int { ih.shape[1] }
  var heads: Int { width / hh.shape[1] }
  var multiplyAdds: Int { ih.count + hh.count }

  /// - Parameters:
  ///   - gates: g, blocks of H pre-activations.
  ///   - shape: E and H, and how many such layers are below, which the names end with.
  ///   - settings: where the values begin.
  ///   - bias: initial value of bias_ih, one a gate; nil for no biases.
  ///   - heads: divides the width.
  ///   - parameters: the scope of the layer.
  public init(
    gates: Int, _ shape: LayerShape, _ settings: RecurrentSettings, bias: [Float]?, heads: Int = 1,
    _ parameters: ParameterBuilder
  ) {
    (self.gates, width) = (gates, shape.width)
    let uniform = Initialiser.uniform(1 / Double(width).squareRoot())
    let plain = settings.inputInit == .pytorch
    ih = parameters.add("weight_ih", [gates * width, shape.input], plain ? uniform : .glorot(gates: gates))
    let recurrent: Initialiser =
      switch settings.recurrentInit {
      case .orthogonal: .orthogonal(gates: gates * heads)
      case .identity: .identity(gates: gates * heads)
      case .pytorch: uniform
      }
    hh = parameters.add("weight_hh", [gates * width, width / heads], recurrent.scaled(by: settings.recurrentGain))
    biases = bias.map { bias in
      let first = Initialiser.given(bias.flatMap { [Float](repeating: $0, count: shape.width) })
      return (
        parameters.add("bias_ih", [gates * shape.width], plain ? uniform : first),
        parameters.add("bias_hh", [gates * shape.width], plain ? uniform : .constant(0))
      )
    }
  }

  /// Rows of some gates.
  public func gates(_ range: Range<Int>) -> Range<Int> { range.lowerBound * width..<range.upperBound * width }
}

extension Initialiser {
  /// Each of `gates` square blocks of rows is the identity (Le et al. 2015, for rectified linear units: IRNN).
  static func identity(gates: Int) -> Initialiser {
    Initialiser { rows, columns, _ in
      (0..<rows * columns).map { ($0 / columns) % (rows / gates) == $0 % columns ? 1 : 0 }
    }
  }
}
