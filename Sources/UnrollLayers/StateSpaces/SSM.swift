import UnrollCore
import UnrollKernels

/// Options of `ssm`: a `DenseStateSpace` in a `StateSpaceBlock`.
///
/// State: x, H·N floats. Cost a token: H N² + 2H² multiply-adds (and E H where the widths differ).
///
/// Time steps from 0.01 to 1, trained at the full rate, are for sequences of ten to some hundreds of steps; those of the S4 papers,
/// from 0.001 to 0.1 at a tenth of the rate, are for thousands, and leave a short sequence next to no state
/// (ARCHITECTURE.md has the figures).
public struct SSMOptions: BackendOptions {
  /// A and B at the start (`HiPPO`).
  public enum Start: String, CaseIterable, Sendable {
    /// Legendre polynomials over the whole past.
    case legs
    /// Legendre polynomials over the last unit of time.
    case legt
    /// Laguerre polynomials, the past fading as e^{−t}.
    case lagt
    /// The Fourier series over the last unit of time.
    case fout
    /// No memory by design: eigenvalues in a disc about −1.
    case random
  }

  /// How A and B become those of a step Δ.
  public enum Discretisation: String, CaseIterable, Sendable {
    /// Zero-order hold, by the exponential of Δ [A B; 0 0]: exact for an input that is constant over a step.
    case zoh
    /// Ā = (1 − Δ/2 A)⁻¹ (1 + Δ/2 A) (Tustin).
    case bilinear
    /// Ā = 1 + Δ A, forward; not stable for large Δ.
    case euler
    /// Ā = (1 − Δ A)⁻¹.
    case backwardEuler = "backward-euler"

    var hold: Hold {
      switch self {
      case .zoh: .zeroOrder
      case .bilinear: .transform(alpha: 0.5)
      case .euler: .transform(alpha: 0)
      case .backwardEuler: .transform(alpha: 1)
      }
    }
  }

  public static let name = "ssm"
  /// 2: the gradient of a carried state is that of the state before the chunk. 3: channels share time steps, which start ten times
  /// larger; A, B and Δ learn at the full rate.
  public static let version = 3
  public static let summary =
    "dense state space, HiPPO start: x = Ā x + B̄ u, y = C x + D u (Gu et al. 2022)"
  public static let table: [OptionKey<SSMOptions>] =
    [
      OptionKey("state", \.state, in: 1...256, "state size N"),
      OptionKey(
        "time_steps", \.timeSteps, in: 0...65_536,
        "time steps Δ that the channels take in turn; 0: every channel its own"),
    ] + TimeStepRange.table.map { $0.lifted(\.dt) } + [
      OptionKey("ssm_learning_rate", \.learningRateFactor, in: 0...10, "learning-rate factor of A, B and Δ"),
      OptionKey("block_dropout", \.blockDropout, in: 0...0.95, "dropout inside of the block"),
      OptionKey("matrix", \.matrix, "A and B at the start: a HiPPO basis, or random").later,
      OptionKey("discretisation", \.discretisation, "zero-order hold (exact), bilinear, forward or backward Euler")
        .later,
    ]

  /// State size N of a channel.
  public var state = 16
  /// Time steps Δ that the channels take in turn; 0 for one a channel.
  public var timeSteps = 8
  /// Where time steps begin.
  public var dt = TimeStepRange(0.01, 1)
  /// Learning-rate factor of A, B and Δ.
  public var learningRateFactor = 1.0
  /// Probability of dropout inside of the block.
  public var blockDropout = 0.0
  /// A and B at the start.
  public var matrix = Start.legs
  /// How A and B become those of a step.
  public var discretisation = Discretisation.zoh

  public init() {}

  public static var miniature: Self {
    var options = Self()
    options.state = 6
    options.timeSteps = 3
    return options
  }

  public func validate() throws { try dt.validate() }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    StateSpaceBlock(shape, dropout: blockDropout, parameters) { stateSpace(shape.width, $0) }
  }

  /// The state space alone.
  package func stateSpace(_ channels: Int, _ parameters: ParameterBuilder) -> StateSpaceLayer<DenseStateSpace> {
    let group = ParameterGroup.stateSpace(learningRateFactor)
    let (a, b) = matrix.system(state, parameters.source("matrix"))
    let steps = timeSteps == 0 ? channels : min(timeSteps, channels)
    let space = DenseStateSpace(
      a: parameters.add("A", [state, state], .given(a), group: group),
      b: parameters.add("B", [state], .given(b), group: group),
      logDt: parameters.add("log_dt", [steps], .logTimeStep(dt), group: group),
      c: parameters.add("C", [channels, state], .normal(1 / Double(state).squareRoot()), group: .stateSpaceOutput),
      hold: discretisation.hold)
    return StateSpaceLayer(space, parameters)
  }
}

extension SSMOptions.Start {
  /// A [N,N] and B [N].
  func system(_ n: Int, _ random: RandomSource) -> (a: [Float], b: [Float]) {
    switch self {
    case .legs: HiPPO.legS(n)
    case .legt: HiPPO.legT(n)
    case .lagt: HiPPO.lagT(n)
    case .fout: HiPPO.fouT(n)
    case .random: HiPPO.random(n, random)
    }
  }
}
