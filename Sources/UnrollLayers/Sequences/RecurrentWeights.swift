import UnrollCore
import UnrollKernels

/// Where recurrent layers begin.
public struct RecurrentInitialisation: Options {
  public enum Recurrent: String, CaseIterable, Sendable { case orthogonal, pytorch }
  public enum Input: String, CaseIterable, Sendable { case glorot, pytorch }
  public static let table: [OptionKey<RecurrentInitialisation>] = [
    OptionKey("recurrent_init", \.recurrent, "recurrent weights: orthogonal, or PyTorch's uniform"),
    OptionKey("input_init", \.input, "input weights and biases: Glorot and zero, or PyTorch's uniform"),
  ]

  public var recurrent = Recurrent.orthogonal
  public var input = Input.glorot
  public init() {}
}

/// Options of a backend that is a recurrent cell.
protocol RecurrentOptions: BackendOptions {
  var initialisation: RecurrentInitialisation { get set }
}

/// The affine maps of a recurrent cell with g gates: weight_ih [gH, E], weight_hh [gH, H], bias_ih and bias_hh [gH], in
/// PyTorch's names and layout.
struct RecurrentWeights {
  let ih: Parameter
  let hh: Parameter
  let biasIH: Parameter
  let biasHH: Parameter
  let gates: Int
  let width: Int

  var inputWidth: Int { ih.shape[1] }
  var multiplyAdds: Int { ih.count + hh.count }

  /// - Parameter bias: initial value of bias_ih, one a gate.
  init(
    gates: Int, _ input: Int, _ width: Int, _ initialisation: RecurrentInitialisation, bias: [Float],
    _ parameters: ParameterBuilder
  ) {
    self.gates = gates
    self.width = width
    let uniform = Initialiser.uniform(1 / Double(width).squareRoot())
    let plain = initialisation.input == .pytorch
    ih = parameters.add("weight_ih", [gates * width, input], plain ? uniform : .glorot(gates: gates))
    hh = parameters.add(
      "weight_hh", [gates * width, width], initialisation.recurrent == .pytorch ? uniform : .orthogonal(gates: gates))
    let first = Initialiser.given(bias.flatMap { [Float](repeating: $0, count: width) })
    biasIH = parameters.add("bias_ih", [gates * width], plain ? uniform : first)
    biasHH = parameters.add("bias_hh", [gates * width], plain ? uniform : .constant(0))
  }

  /// W_ih x + b_ih for all rows at once; with `bothBiases` b_hh too.
  func inputProduct(_ x: Matrix, bothBiases: Bool, _ pass: Pass) -> Matrix {
    let y = pass.arena.matrix(x.rows, gates * width)
    let bias = pass.arena.copy(pass.value(biasIH))
    if bothBiases { Kernels.add(pass.value(biasHH), to: bias) }
    Kernels.fillRows(y, with: bias)
    Kernels.multiply(x, pass.value(ih), .right, adding: true, into: y)
    return y
  }

  /// Gradients of weight_ih, bias_ih and x from those of the input product.
  func inputBack(_ dy: Matrix, _ x: Matrix, _ pass: Pass) -> Matrix {
    Kernels.multiply(dy, x, .left, adding: true, into: pass.gradient(ih))
    Kernels.addColumnSums(dy, to: pass.gradient(biasIH))
    let dx = pass.arena.matrix(x.rows, x.columns)
    Kernels.multiply(dy, pass.value(ih), into: dx)
    return dx
  }

  /// Gradients of rows `range` of weight_hh and bias_hh, one product over all rows.
  func recurrentBack(_ dy: Matrix, _ previous: Matrix, rows range: Range<Int>, _ pass: Pass) {
    Kernels.multiply(dy, previous, .left, adding: true, into: pass.gradient(hh).rows(range))
    Kernels.addColumnSums(dy, to: pass.gradient(biasHH).columns(range))
  }
}
