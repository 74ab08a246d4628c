import UnrollCore
import UnrollKernels

/// Options of `ssm`: `DenseStateSpace` in a `StateSpaceBlock`.
///
/// State: x, H·N floats. Cost a token: H N² + 2H² multiply-adds (and E H where the widths differ).
///
/// Time steps from 0.01 to 1, trained at the full rate, are for sequences of ten to some hundreds of steps; those of the S4 papers,
/// from 0.001 to 0.1 at a tenth of the rate, are for thousands, and leave a short sequence next to no state
/// (ARCHITECTURE.md has the figures).
public struct SSMOptions: BackendOptions {
  /// A and B at the start (`HiPPO`).
  public enum Start: String, CaseIterable, Sendable { case legs, legt, lagt, fout, random }
  public enum Discretisation: String, CaseIterable, Sendable {
    case zoh, bilinear, euler
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
  public static let table: [OptionKey<SSMOptions>] = [
    OptionKey("state", \.state, in: 1...256, "state size N"),
    OptionKey(
      "time_steps", \.timeSteps, in: 0...65_536, "time steps Δ that the channels take in turn; 0: every channel its own"
    ),
    OptionKey("dt_min", \.dtMin, in: 1e-6...10, "smallest initial time step Δ (log-uniform)"),
    OptionKey("dt_max", \.dtMax, in: 1e-6...10, "largest initial time step Δ"),
    OptionKey("ssm_learning_rate", \.learningRateFactor, in: 0...10, "learning-rate factor of A, B and Δ"),
    OptionKey("block_dropout", \.blockDropout, in: 0...0.95, "dropout inside of the block"),
    OptionKey("matrix", \.matrix, "A and B at the start: a HiPPO basis, or random").later,
    OptionKey("discretisation", \.discretisation, "zero-order hold (exact), bilinear, forward or backward Euler").later,
  ]

  public var state = 16
  public var timeSteps = 8
  public var dtMin = 0.01
  public var dtMax = 1.0
  public var learningRateFactor = 1.0
  public var blockDropout = 0.0
  public var matrix = Start.legs
  public var discretisation = Discretisation.zoh

  public init() {}

  public static var miniature: Self {
    var options = Self()
    options.state = 6
    options.timeSteps = 3
    return options
  }

  public func validate() throws {
    guard dtMin <= dtMax else { throw InputError("dt_min \(dtMin) is larger than dt_max \(dtMax)") }
  }

  public func makeLayer(_ site: LayerSite, _ parameters: ParameterBuilder) -> any SequenceLayer {
    StateSpaceBlock(site, dropout: blockDropout, parameters) { DenseStateSpace(site.width, self, $0) }
  }
}

extension Initialiser {
  /// log of a value that is log-uniform in [low, high].
  static func logUniform(_ low: Double, _ high: Double) -> Initialiser {
    Initialiser { rows, columns, random in (0..<rows * columns).map { _ in Float(random.uniform(log(low), log(high))) }
    }
  }
}
