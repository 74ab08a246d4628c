import UnrollCore
import UnrollKernels

/// Options of `averaging`: a bag of words, the yardstick of what can be had without any order.
public struct AveragingOptions: BackendOptions {
  public static let name = "averaging"
  public static let summary = "bag of words, no order at all: y_t = W mean(x_1 … x_t) + b (Iyyer et al. 2015)"
  public static let table: [OptionKey<AveragingOptions>] = []

  public init() {}

  public var poolsItself: Bool { true }

  /// The map of one row. It stands below the mean, where it does the same, since the mean of W x + b is W mean(x) + b; so
  /// further layers, each W GELU(·) + b, are a network on every token (Zaheer et al. 2017).
  public func makeLayer(_ site: LayerSite, _ parameters: ParameterBuilder) -> any SequenceLayer {
    Rowwise(Linear(site.input, site.width, parameters), after: site.index == 0 ? [] : [GELU()])
  }

  public func crown(_ stack: any SequenceLayer, _ reading: Reading, _ parameters: ParameterBuilder) -> any SequenceLayer
  {
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
struct Averaging: SequenceLayer {
  let inner: any SequenceLayer
  let whole: Bool

  var inputWidth: Int { inner.inputWidth }
  var outputWidth: Int { inner.outputWidth }
  var slots: [StateSlot] { inner.slots + [StateSlot("sum", outputWidth), TokenCount.slot] }
  var isCausal: Bool { !whole && inner.isCausal }
  var multiplyAdds: Int { inner.multiplyAdds + outputWidth }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (arena, split) = (pass.arena, inner.slots.count)
    let (values, innerBack) = inner.forward(x, from: state.map { Array($0[..<split]) }, pass)
    let sum = state.map { arena.copy($0[split]) } ?? arena.zeros(pass.steps.sequences, outputWidth)
    let count = TokenCount.before(state?[split + 1], pass)
    let means = arena.matrix(x.rows, outputWidth)
    Kernels.runningMean(pass.steps, values.rows, count: count, sum: sum, into: means)
    var output = SequenceOutput(rows: means, state: values.state + [sum, TokenCount.after(count, pass)], pass)
    let owners = whole ? pass.steps.sequenceOfRow : []
    if whole {
      output.rows = arena.matrix(x.rows, outputWidth)
      Kernels.gather(output.summary, owners, into: output.rows)
    }
    return (
      output,
      { gradient in
        var gradient = gradient
        if whole, let rows = gradient.rows {
          let total = gradient.summary.map(arena.copy) ?? arena.zeros(pass.steps.sequences, outputWidth)
          Kernels.scatterAdd(rows, owners, to: total)
          gradient = SequenceGradient(summary: total)
        }
        let dMeans = gradient.total(outputWidth, pass)
        let (carry, dValues) = (arena.zeros(sum.rows, sum.columns), arena.matrix(x.rows, outputWidth))
        Kernels.runningMeanBack(pass.steps, dMeans, count: count, carry: carry, into: dValues)
        let (dx, dState) = innerBack(SequenceGradient(rows: dValues))
        return (dx, dState + [carry, arena.zeros(count.rows, 1)])
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    inner.stream(x, pass).then { values in
      let own = Array(slots.dropFirst(inner.slots.count))
      let (state, mean) = (own.empty(x.rows, pass.arena), pass.arena.matrix(x.rows, outputWidth))
      return SequenceStream(values, mean, zip(own, state).map { StreamSlot($0, in: $1, pass) }, pass) {
        Kernels.runningMean(pass.steps, values, count: state[1], sum: state[0], into: mean)
        TokenCount.advance(state[1])
      }
    }
  }
}
