import CLibrary
import UnrollCore
import UnrollKernels

/// Options of `s4d`: a `DiagonalStateSpace` in a `StateSpaceBlock`.
///
/// State: x, H·N floats. Cost a token: 4 H N + H + 2H² multiply-adds (and E H where the widths differ). Time steps begin as those of
/// `ssm`, and why is said there.
public struct S4DOptions: BackendOptions {
  /// Where A begins, the same for every channel (Gu et al. 2022): n = 0…N/2−1.
  public enum Start: String, CaseIterable, Sendable {
    /// A_n = −1/2 + iπn: the frequencies of a Fourier series over a window of one unit of time.
    case lin
    /// A_n = −1/2 + i N/π (N/(2n+1) − 1): close to the frequencies of LegS, in closed form.
    case inv
    /// −1/2 + iω_n: the eigenvalues of the normal part of HiPPO-LegS.
    case legs
    /// A_n = −(n+1), n = 0…N−1: LegS's own eigenvalues, all real.
    case real
  }

  /// How λ and b become those of a step Δ.
  public enum Discretisation: String, CaseIterable, Sendable {
    /// Zero-order hold, exact for an input that is constant over a step.
    case zoh
    /// λ̄ = (1 + Δλ/2)/(1 − Δλ/2) (Tustin).
    case bilinear
  }

  public static let name = "s4d"
  /// 2: time steps start ten times larger; A and Δ learn at the full rate.
  public static let version = 2
  public static let summary =
    "diagonal state space in conjugate pairs: x = λ x + b u, y = 2 Re(C x) + D u (Gu et al. 2022)"
  public static let table: [OptionKey<S4DOptions>] =
    [
      OptionKey(
        "state", \.state, in: 1...1024, "state size N of a channel: N/2 conjugate pairs (real: N real numbers)"),
      OptionKey("init", \.start, "poles at the start: −1/2 + iπn, its LegS-like inverse, LegS's own, or −1…−N"),
      OptionKey("discretisation", \.discretisation, "zero-order hold, or the bilinear transform"),
    ] + TimeStepRange.table.map { $0.lifted(\.dt) } + [
      OptionKey("ssm_learning_rate", \.learningRateFactor, in: 0...10, "learning-rate factor of A and Δ"),
      OptionKey("block_dropout", \.blockDropout, in: 0...0.95, "dropout inside of the block"),
    ]

  /// N numbers of state a channel: N/2 conjugate pairs, or N real ones.
  public var state = 64
  /// Where A begins.
  public var start = Start.lin
  /// How λ and b become those of a step.
  public var discretisation = Discretisation.zoh
  /// Where time steps begin.
  public var dt = TimeStepRange(0.01, 1)
  /// Learning-rate factor of A and Δ.
  public var learningRateFactor = 1.0
  /// Probability of dropout inside of the block.
  public var blockDropout = 0.0

  public init() {}

  public static var miniature: Self {
    var options = Self()
    options.state = 8
    return options
  }

  public func validate() throws {
    try dt.validate()
    guard start == .real || state % 2 == 0 else {
      throw InputError(
        "state \(state) is odd, but its numbers come in conjugate pairs; take an even one, or init: real")
    }
  }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    StateSpaceBlock(shape, dropout: blockDropout, parameters) { stateSpace(shape.width, $0) }
  }

  /// The state space alone.
  package func stateSpace(_ channels: Int, _ parameters: ParameterBuilder) -> StateSpaceLayer<DiagonalStateSpace> {
    let (group, poles) = (ParameterGroup.stateSpace(learningRateFactor), poles)
    let count = poles.real.count
    func add(_ name: String, _ values: [Double]) -> Parameter {
      parameters.add(name, [channels, count], .everyRow(values.map(Float.init)), group: group)
    }
    let space = DiagonalStateSpace(
      logDt: parameters.add("log_dt", [channels], .logTimeStep(dt), group: group),
      logReal: add("log_A_real", poles.real), imaginary: poles.imaginary.map { add("A_imag", $0) },
      c: parameters.add(
        "C", poles.imaginary == nil ? [channels, count] : [channels, count, 2], .normal(0.5.squareRoot()),
        group: .stateSpaceOutput),
      bilinear: discretisation == .bilinear)
    return StateSpaceLayer(space, parameters)
  }

  /// log(−Re A) and, unless all is real, Im A.
  private var poles: (real: [Double], imaginary: [Double]?) {
    let size = Double(state)
    let real = [Double](repeating: log(0.5), count: state / 2)
    switch start {
    case .lin: return (real, real.indices.map { .pi * Double($0) })
    case .inv: return (real, real.indices.map { size / .pi * (size / Double(2 * $0 + 1) - 1) })
    case .legs: return (real, HiPPO.normalFrequencies(state))
    case .real: return ((0..<state).map { log(Double($0 + 1)) }, nil)
    }
  }
}
