import UnrollCore
import UnrollKernels

/// A residual block of a temporal convolutional network (Bai et al. 2018).
///
///     a = Dropout(ReLU(conv_1(x))),  b = Dropout(ReLU(conv_2(a))),  y = ReLU(b + v)
///     v = W x + b where the widths differ (their 1×1 convolution), else x
///
/// Both convolutions are causal with k taps that lie d = 2^l steps apart in layer l = 0, 1, …, so that L layers see
/// 1 + 2 (k − 1)(2^L − 1) steps. (Dropout takes single elements, as their code does; their text takes channels.)
///
/// State: the last (k − 1) d inputs of both convolutions, (k − 1) d (E + H) floats. Cost: k H (E + H) multiply-adds a token (and
/// E H where the widths differ).
struct ConvolutionBlock: SequenceLayer {
  let first: CausalConvolution
  let second: CausalConvolution
  let firstEnd: Chain
  let secondEnd: Chain
  let skip: Linear?
  let activation: any Layer

  var inputWidth: Int { first.inputWidth }
  var outputWidth: Int { first.outputWidth }
  var slots: [StateSlot] { [first.slot("input"), second.slot("hidden")] }
  var multiplyAdds: Int { first.multiplyAdds + second.multiplyAdds + (skip?.multiplyAdds ?? 0) }

  init(_ shape: LayerShape, _ taps: Kernels.Taps, _ options: ConvolutionOptions, _ parameters: ParameterBuilder) {
    activation = options.activation.layer
    let (input, width, normalised) = (shape.input, shape.width, options.weightNorm)
    first = CausalConvolution(input, width, taps, normalised: normalised, parameters.scope("conv1"))
    second = CausalConvolution(width, width, taps, normalised: normalised, parameters.scope("conv2"))
    skip = input == width ? nil : Linear(input, width, parameters.scope("downsample"))
    func end(_ name: String) -> Chain {
      Chain([options.activation.layer, Dropout(options.blockDropout, name: parameters.name(name))])
    }
    (firstEnd, secondEnd) = (end("dropout1"), end("dropout2"))
  }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let arena = pass.arena
    let (v, skipBack) = skip?.forward(x, pass) ?? (x, { $0 })
    let (firstSum, firstBack) = first.forward(x, from: state?[0], pass)
    let (a, firstEndBack) = firstEnd.forward(firstSum, pass)
    let (secondSum, secondBack) = second.forward(a, from: state?[1], pass)
    let (b, secondEndBack) = secondEnd.forward(secondSum, pass)
    let sum = arena.copy(b)
    Kernels.add(v, to: sum)
    let (rows, endBack) = activation.forward(sum, pass)
    let final =
      pass.keepsState ? [first.final(x, from: state?[0], pass), second.final(a, from: state?[1], pass)] : []
    return (
      SequenceOutput(rows: rows, state: final, pass),
      { gradient in
        let dSum = endBack(gradient.total(outputWidth, pass))
        let (da, dHidden) = secondBack(secondEndBack(dSum), gradient.state?[1])
        let (dx, dInput) = firstBack(firstEndBack(da), gradient.state?[0])
        Kernels.add(skipBack(dSum), to: dx)
        return (dx, dInput + dHidden)
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let v = SequenceStream.identity(x, pass).then(skip)
    let a = v.showing(x).then { first.stream($0, slots[0], pass) }.then(firstEnd)
    return a.then { second.stream($0, slots[1], pass) }.then(secondEnd).adding(v.output).then(activation)
  }
}

/// Options of `convolution`.
public struct ConvolutionOptions: BackendOptions {
  public static let name = "convolution"
  public static let summary =
    "temporal convolutional network: y = ReLU(x + F(x)), F of two causal convolutions, 2^l apart (Bai et al. 2018)"
  public static let table: [OptionKey<ConvolutionOptions>] = [
    OptionKey("kernel_size", \.kernelSize, in: 2...64, "taps k of a convolution; those of layer l are 2^l steps apart"),
    OptionKey("weight_norm", \.weightNorm, "weights as g v/‖v‖ (Salimans & Kingma 2016)"),
    OptionKey("block_dropout", \.blockDropout, in: 0...0.95, "dropout inside of the block"),
    OptionKey("activation", \.activation, "what stands for ReLU"),
  ]
  /// Steps that one layer may look back: its state holds so many rows of both convolutions.
  static let longest = 65_536

  /// Taps k of a convolution; those of layer l are 2^l steps apart.
  public var kernelSize = 3
  /// Whether weights are g v/‖v‖ (Salimans & Kingma 2016).
  public var weightNorm = true
  /// Probability of dropout inside of the block.
  public var blockDropout = 0.0
  /// What stands for ReLU.
  public var activation = PointwiseActivation.relu

  public init() {}

  /// Differences in Float32 cannot see past the kinks of several layers of ReLUs; one layer of them is checked, and float64 cases.
  public static var miniature: Self {
    var options = Self()
    options.activation = .gelu
    return options
  }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) throws -> any SequenceLayer {
    guard shape.index < 32, (kernelSize - 1) << shape.index <= Self.longest else {
      throw InputError(
        "backend convolution: layer \(shape.index + 1) with kernel_size \(kernelSize) looks further back than "
          + "\(Self.longest) steps; use fewer layers or a smaller kernel_size")
    }
    let taps = Kernels.Taps(count: kernelSize, dilation: 1 << shape.index)
    return ConvolutionBlock(shape, taps, self, parameters)
  }
}
