import CLibrary
import UnrollCore
import UnrollKernels

/// Options of `lru`: `LinearRecurrentUnit` in a `StateSpaceBlock`.
///
/// State: x, 2N floats. Cost a token: 4 N H + 6 N + H + 2H² multiply-adds (and E H where the widths differ).
public struct LRUOptions: BackendOptions {
  public static let name = "lru"
  public static let summary =
    "linear recurrent unit, ring start: x = λ x + γ B u, y = Re(C x) + D u (Orvieto et al. 2023)"
  public static let table: [OptionKey<LRUOptions>] = [
    OptionKey("state", \.state, in: 1...65_536, "complex numbers N of state"),
    OptionKey("r_min", \.rMin, in: 0.001...0.99999, "smallest |λ| at the start"),
    OptionKey("r_max", \.rMax, in: 0.001...0.99999, "largest |λ| at the start"),
    OptionKey("max_phase", \.maxPhase, in: 1e-6...6.2832, "largest phase of λ at the start"),
    OptionKey("ssm_learning_rate", \.learningRateFactor, in: 0...10, "learning-rate factor of λ and γ"),
    OptionKey("block_dropout", \.blockDropout, in: 0...0.95, "dropout inside of the block"),
  ]

  /// Complex numbers N of state.
  public var state = 64
  /// Smallest |λ| at the start; not above `rMax`.
  public var rMin = 0.9
  /// Largest |λ| at the start, below 1.
  public var rMax = 0.999
  /// Largest phase of λ at the start, in radians.
  public var maxPhase = 6.2832
  /// Learning-rate factor of λ and γ.
  public var learningRateFactor = 0.5
  /// Probability of dropout inside of the block.
  public var blockDropout = 0.0

  public init() {}

  public static var miniature: Self {
    var options = Self()
    options.state = 7
    return options
  }

  public func validate() throws {
    guard rMin <= rMax else { throw InputError("r_min \(rMin) is larger than r_max \(rMax)") }
  }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    StateSpaceBlock(shape, dropout: blockDropout, parameters) { LinearRecurrentUnit(shape.width, self, $0) }
  }
}

extension LinearRecurrentUnit {
  /// λ is uniform on the ring r_min ≤ |λ| ≤ r_max with phases up to max_phase, and γ = √(1 − |λ|²), which keeps the variance of x
  /// that of B u.
  init(_ width: Int, _ options: LRUOptions, _ parameters: ParameterBuilder) {
    let n = options.state
    let group = ParameterGroup.stateSpace(options.learningRateFactor)
    var random = parameters.source("ring")
    let squares = (0..<n).map { _ in random.uniform(options.rMin * options.rMin, options.rMax * options.rMax) }
    let phases = (0..<n).map { _ in options.maxPhase * random.uniform(1e-6, 1) }
    func add(_ name: String, _ values: [Double]) -> Parameter {
      parameters.add(name, [n], .given(values.map(Float.init)), group: group)
    }
    nu = add("nu_log", squares.map { log(-0.5 * log($0)) })
    theta = add("theta_log", phases.map(log))
    gamma = add("gamma_log", squares.map { 0.5 * log(1 - $0) })
    let (inward, outward) = (Initialiser.normal((0.5 / Double(width)).squareRoot()), 1 / Double(n).squareRoot())
    inputReal = parameters.add("B_re", [n, width], inward)
    inputImaginary = parameters.add("B_im", [n, width], inward)
    outputReal = parameters.add("C_re", [width, n], .normal(outward))
    outputImaginary = parameters.add("C_im", [width, n], .normal(outward))
    skip = parameters.add("D", [width], .normal(1))
  }
}
