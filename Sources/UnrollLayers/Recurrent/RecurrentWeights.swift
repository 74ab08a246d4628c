import CLibrary
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
  ///   - chrono: what is added to them where gates begin at several time scales.
  ///   - heads: divides the width.
  ///   - parameters: the scope of the layer.
  public init(
    gates: Int, _ shape: LayerShape, _ settings: RecurrentSettings, bias: [Float]?, chrono: Chrono? = nil,
    heads: Int = 1, _ parameters: ParameterBuilder
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
      let bias = bias.flatMap { [Float](repeating: $0, count: shape.width) }
      let first = chrono.map { $0.initialiser(adding: bias, width: shape.width) } ?? .given(bias)
      return (
        parameters.add("bias_ih", [gates * shape.width], plain ? uniform : first),
        parameters.add("bias_hh", [gates * shape.width], plain ? uniform : .constant(0))
      )
    }
  }

  /// Rows of some gates.
  public func gates(_ range: Range<Int>) -> Range<Int> { range.lowerBound * width..<range.upperBound * width }
}

/// Biases with which the units of a layer begin to remember for different times: log u, u ~ U(1, T − 1) (chrono initialisation, Tallec & Ollivier
/// 2018). A gate at σ(log u) keeps 1 − 1/(1 + u) of its state a step, so about u steps.
public struct Chrono: Sendable {
  /// T, steps.
  let longest: Int
  /// One a gate: 1 where the gate keeps the state, −1 where it lets new things in, 0 elsewhere.
  let signs: [Float]

  /// - Parameters:
  ///   - longest: T, steps.
  ///   - signs: one a gate: 1 where the gate keeps the state, −1 where it lets new things in, 0 elsewhere.
  public init(longest: Int, signs: [Float]) { (self.longest, self.signs) = (longest, signs) }

  fileprivate func initialiser(adding bias: [Float], width: Int) -> Initialiser {
    Initialiser { _, _, random in
      let logs = (0..<width).map { _ in Float(log(random.uniform(1, Double(max(2, longest - 1))))) }
      return bias.enumerated().map { $1 + signs[$0 / width] * logs[$0 % width] }
    }
  }
}

extension Initialiser {
  /// Each of `gates` square blocks of rows is the identity (Le et al. 2015, for rectified linear units: IRNN).
  static func identity(gates: Int) -> Initialiser {
    Initialiser { rows, columns, _ in
      (0..<rows * columns).map { ($0 / columns) % (rows / gates) == $0 % columns ? 1 : 0 }
    }
  }
}
