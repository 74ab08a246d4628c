import UnrollCore
import UnrollKernels

/// The published block around the selective scan, with D = expand · H channels (Gu & Dao 2023):
///
///     [p; z] = W_in norm(v),  c_t = SiLU(b + Σ_j w_j ⊙ p_{t−K+1+j})          causal depthwise convolution, K taps
///     y = v + W_out (SelectiveScan(c) ⊙ SiLU(z)),  norm = RMSNorm,  v = W x when the widths differ, else x
///
/// State: the last K − 1 inputs of the convolution and x, D (K − 1 + N) floats. Cost a token: 3 H D + K D multiply-adds and
/// those of the scan (and E H where the widths differ). Names are those of the published code.
struct MambaBlock: SequenceLayer {
  let encoder: Linear?
  let norm: RMSNorm
  let input: Linear
  let convolution: DepthwiseConvolution
  let scan: SelectiveScan
  let output: Linear

  var inputWidth: Int { encoder?.inputWidth ?? outputWidth }
  var outputWidth: Int { output.outputWidth }
  var channels: Int { scan.channels }
  var slots: [StateSlot] { convolution.slots + scan.slots }
  /// Those of the scan by itself.
  var algorithms: [Algorithm] { scan.algorithms }
  var multiplyAdds: Int {
    (encoder?.multiplyAdds ?? 0) + input.multiplyAdds + convolution.multiplyAdds + scan.multiplyAdds
      + output.multiplyAdds
  }

  init(_ shape: LayerShape, _ options: MambaOptions, _ parameters: ParameterBuilder) {
    let (width, channels) = (shape.width, options.expand * shape.width)
    encoder = shape.input == width ? nil : Linear(shape.input, width, parameters.scope("input"))
    norm = RMSNorm(width, parameters.scope("norm"))
    input = Linear(
      width, 2 * channels, parameters.scope("in_proj"), weight: .uniform(1 / Double(width).squareRoot()), bias: nil)
    convolution = DepthwiseConvolution(channels, taps: options.taps, parameters.scope("conv1d"))
    scan = SelectiveScan(channels, rank: options.selective.rank(width), options.selective, parameters)
    output = Linear(
      channels, width, parameters.scope("out_proj"), weight: .uniform(1 / Double(channels).squareRoot()), bias: nil)
  }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let arena = pass.arena
    let (v, encoderBack) = encoder?.forward(x, pass) ?? (x, { $0 })
    let (normed, normBack) = norm.forward(v, pass)
    let (both, inputBack) = input.forward(normed, pass)
    let (left, right) = (0..<channels, channels..<2 * channels)
    let (convolved, convolutionBack) = convolution.forward(both.columns(left), from: state?[0], pass)
    let (active, activationBack) = SiLU().forward(convolved.rows, pass)
    let (scanned, scanBack) = scan.forward(active, from: state.map { [$0[1]] }, pass)
    let gated = arena.matrix(x.rows, channels)
    Kernels.siluGate(scanned.rows, by: both.columns(right), into: gated)
    let (mixed, outputBack) = output.forward(gated, pass)
    let rows = arena.copy(mixed)
    Kernels.add(v, to: rows)
    return (
      SequenceOutput(rows: rows, state: [convolved.state] + scanned.state, pass),
      { gradient in
        let dy = gradient.total(outputWidth, pass)
        let (dBoth, dScanned) = (arena.zeros(x.rows, 2 * channels), arena.matrix(x.rows, channels))
        Kernels.siluGateBack(
          scanned.rows, by: both.columns(right), outputBack(dy), dx: dScanned, dz: dBoth.columns(right))
        let dFinal = gradient.state?.split(at: 1)
        let (dActive, dState) = scanBack(SequenceGradient(rows: dScanned, state: dFinal?.rest))
        let dBefore = convolutionBack(activationBack(dActive), dFinal?.first[0], dBoth.columns(left))
        let dv = arena.copy(normBack(inputBack(dBoth)))
        Kernels.add(dy, to: dv)
        return (encoderBack(dv), dBefore.map { [$0] + dState } ?? [])
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let v = SequenceStream.identity(x, pass).then(encoder)
    let (left, right) = (0..<channels, channels..<2 * channels)
    return v.then(norm).then(input).then { both in
      convolution.stream(both.columns(left), pass).then(SiLU()).then { scan.stream($0, pass) }.then { scanned in
        let gated = pass.arena.matrix(x.rows, channels)
        return SequenceStream(scanned, gated, [], pass) {
          Kernels.siluGate(scanned, by: both.columns(right), into: gated)
        }
      }
    }.then(output).adding(v.output)
  }
}

/// Options of `mamba`.
public struct MambaOptions: BackendOptions {
  public static let name = "mamba"
  public static let summary =
    "selective state space in its published block: expand, causal convolution, scan, SiLU gate (Gu & Dao 2023)"
  public static let table: [OptionKey<MambaOptions>] =
    [
      OptionKey("expand", \.expand, in: 1...16, "channels of the scan for each of the width's"),
      OptionKey("conv", \.taps, in: 2...64, "taps K of the causal depthwise convolution"),
    ] + SelectiveOptions.table.map { $0.lifted(\.selective) }

  /// Channels of the scan for each of the width's.
  public var expand = 2
  /// Taps K of the causal depthwise convolution.
  public var taps = 4
  /// State size, rank and time steps of the scan.
  public var selective = SelectiveOptions()

  public init() {}

  /// With the scan as it starts, the last of the contract's seven steps would hardly reach the first (its contribution is small beside
  /// that of a step's own input): taps over all of them and longer time steps let it.
  public static var miniature: MambaOptions {
    var options = MambaOptions()
    (options.taps, options.selective.dt) = (7, TimeStepRange(0.03, 0.1))
    return options
  }

  public func validate() throws { try selective.validate() }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    MambaBlock(shape, self, parameters)
  }
}
