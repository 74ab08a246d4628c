import UnrollCore
import UnrollKernels

/// Options of `averaging`: a bag of words, the yardstick of what can be had without any order.
public struct AveragingOptions: BackendOptions {
  public static let name = "averaging"
  public static let summary = "bag of words, no order at all: y_t = W mean(x_1 … x_t) + b (Iyyer et al. 2015)"
  public static let table: [OptionKey<AveragingOptions>] = []

  public init() {}

  public var poolsItself: Bool { true }

  /// A map of every token by itself, under the mean: W x + b, whose mean is that of the published W mean(x) + b; in further layers
  /// W GELU(·) + b, so that several are a network on every token (Zaheer et al. 2017).
  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    Rowwise(Linear(shape.input, shape.width, parameters), after: shape.index == 0 ? [] : [GELU()])
  }

  public func top(_ stack: any SequenceLayer, _ reading: Reading, _ parameters: ParameterBuilder) -> any SequenceLayer {
    Averaging(inner: stack, whole: reading == .everyStep)
  }
}

/// The mean of what a stack makes of every token (Iyyer et al. 2015, the average of their deep averaging network).
///
///     y_t = (s_0 + v_1 + … + v_t) / (n_0 + t),  v_t = W x_t + b
///
/// A model of it cannot see order: the mean of a sequence is the mean of any of its permutations. Where every step may see the
/// whole sequence all rows are the mean of the whole; elsewhere row t is that of 1…t, from which order inside of 1…t is gone.
/// The summary is the mean of the whole sequence.
///
/// State: the sum s and the number n of tokens in it, H + 1 floats. Cost: E H + H multiply-adds a token.
struct Averaging: WrappingLayer {
  let inner: any SequenceLayer
  /// Every step sees the whole sequence.
  let whole: Bool

  var ownSlots: [StateSlot] { [StateSlot("sum", outputWidth), TokenCount.slot] }
  var isCausal: Bool { !whole && inner.isCausal }
  var multiplyAdds: Int { inner.multiplyAdds + outputWidth }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (arena, (first, own)) = (pass.arena, split(state))
    let (values, innerBack) = inner.forward(x, from: first, pass)
    let sum = own.map { arena.copy($0[0]) } ?? arena.zeros(pass.steps.sequences, outputWidth)
    let count = TokenCount.before(own?[1], pass)
    let means = arena.matrix(x.rows, outputWidth)
    Kernels.runningMean(pass.steps, values.rows, count: count, sum: sum, into: means)
    let rows = whole ? pass.spread(pass.last(means)) : means
    return (
      SequenceOutput(rows: rows, state: values.state + [sum, TokenCount.after(count, pass)], pass),
      { gradient in
        var output = gradient
        if whole, let rows = gradient.rows {
          output = SequenceGradient(summary: pass.sums(rows, from: gradient.summary))
        }
        let dMeans = output.total(outputWidth, pass)
        let (dFinal, dOwn) = split(gradient.state)
        let carry = SequenceGradient(state: dOwn).carries(ownSlots, pass)[0]
        let dValues = arena.matrix(x.rows, outputWidth)
        Kernels.runningMeanBack(pass.steps, dMeans, count: count, carry: carry, into: dValues)
        let (dx, dState) = innerBack(SequenceGradient(rows: dValues, state: dFinal))
        return (dx, dState + [carry, arena.zeros(count.rows, 1)])
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    inner.stream(x, pass).then { values in
      let (state, mean) = (ownSlots.empty(x.rows, pass.arena), pass.arena.matrix(x.rows, outputWidth))
      return SequenceStream(values, mean, zip(ownSlots, state).map { StreamSlot($0, in: $1, pass) }, pass) {
        Kernels.runningMean(pass.steps, values, count: state[1], sum: state[0], into: mean)
        TokenCount.advance(state[1])
      }
    }
  }
}
