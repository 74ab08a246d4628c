import UnrollCore
import UnrollKernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A dense state space in the block of its published users (Gu et al. 2022):
///
///     y = v + Dropout(GLU(W · GELU(SSM(norm(v))))),  v = W_in x when the widths differ, else x
///
/// State: x, H·N floats. Cost a token: H N² + 2H² multiply-adds (and E H where the widths differ).
struct SSMBlock: SequenceLayer {
  let encoder: Linear?
  let norm: LayerNorm
  let space: DenseStateSpace
  let mixer: Chain
  let mixerMultiplyAdds: Int

  var inputWidth: Int { encoder?.inputWidth ?? outputWidth }
  var outputWidth: Int { space.channels }
  var slots: [StateSlot] { space.slots }
  var multiplyAdds: Int { (encoder?.multiplyAdds ?? 0) + space.multiplyAdds + mixerMultiplyAdds }

  init(_ input: Int, _ width: Int, _ options: SSMOptions, _ parameters: ParameterBuilder) {
    encoder = input == width ? nil : Linear(input, width, parameters.scope("input"))
    norm = LayerNorm(width, parameters)
    space = DenseStateSpace(width, options, parameters)
    let output = Linear(width, 2 * width, parameters.scope("output"))
    mixer = Chain([GELU(), output, GLU(), Dropout(options.blockDropout, name: parameters.name("block_dropout"))])
    mixerMultiplyAdds = output.multiplyAdds
  }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (v, encoderBack) = encoder?.forward(x, pass) ?? (x, { $0 })
    let (normed, normBack) = norm.forward(v, pass)
    let (inner, innerBack) = space.forward(normed, from: state, pass)
    let (mixed, mixerBack) = mixer.forward(inner.rows, pass)
    let rows = pass.arena.copy(mixed)
    Kernels.add(v, to: rows)
    return (
      SequenceOutput(rows: rows, state: inner.state, pass),
      { gradient in
        let dy = gradient.total(outputWidth, pass)
        let (dNormed, dState) = innerBack(SequenceGradient(rows: mixerBack(dy)))
        let dv = pass.arena.copy(normBack(dNormed))
        Kernels.add(dy, to: dv)
        return (encoderBack(dv), dState)
      }
    )
  }
}

/// Options of `ssm`.
public struct SSMOptions: BackendOptions {
  public static let name = "ssm"
  /// 2: the gradient of a carried state is that of the state before the chunk.
  public static let version = 2
  public static let summary =
    "dense state space, zero-order hold, HiPPO-LegS start: x = Ā x + B̄ u, y = C x + D u (Gu et al. 2022)"
  public static let table: [OptionKey<SSMOptions>] = [
    OptionKey("state", \.state, in: 1...256, "state size N"),
    OptionKey("dt_min", \.dtMin, in: 1e-6...10, "smallest initial time step Δ (log-uniform)"),
    OptionKey("dt_max", \.dtMax, in: 1e-6...10, "largest initial time step Δ"),
    OptionKey("ssm_learning_rate", \.learningRateFactor, in: 0...10, "learning-rate factor of A, B and Δ"),
    OptionKey("block_dropout", \.blockDropout, in: 0...0.95, "dropout inside of the block"),
  ]

  public var state = 16
  public var dtMin = 0.001
  public var dtMax = 0.1
  public var learningRateFactor = 0.1
  public var blockDropout = 0.0

  public init() {}

  public func validate() throws {
    guard dtMin <= dtMax else { throw InputError("dt_min \(dtMin) is larger than dt_max \(dtMax)") }
  }

  public func makeLayer(_ site: LayerSite, _ parameters: ParameterBuilder) -> any SequenceLayer {
    SSMBlock(site.input, site.width, self, parameters)
  }
}

extension Initialiser {
  /// log of a value that is log-uniform in [low, high].
  static func logUniform(_ low: Double, _ high: Double) -> Initialiser {
    Initialiser { rows, columns, random in (0..<rows * columns).map { _ in Float(random.uniform(log(low), log(high))) }
    }
  }
}
