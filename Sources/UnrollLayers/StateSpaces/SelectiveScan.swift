import CLibrary
import UnrollCore
import UnrollKernels

/// A diagonal state space for each of H channels whose time step, input and output depend on the input (Gu & Dao 2023):
///
///     [δ_t; B_t; C_t] = W_x u_t                             δ [r], B, C [N]
///     Δ_t = softplus(W_Δ δ_t + b_Δ)                         [H]
///     x_t[h,n] = exp(Δ_t[h] A[h,n]) x_{t−1}[h,n] + Δ_t[h] B_t[n] u_t[h]
///     y_t[h] = Σ_n C_t[n] x_t[h,n] + D[h] u_t[h],  A = −exp(A_log)
///
/// Δ comes from the input through r numbers (its rank). A starts at −1…−N, D at 1, and b_Δ so that Δ is log-uniform in
/// [dt_min, dt_max] where W_Δ δ is zero. State: x, H·N floats. Cost a token: H (r + 2N) + r H + H (4N + 2) multiply-adds and
/// H N exponentials.
struct SelectiveScan: SequenceLayer {
  let projection: Linear
  let time: Linear
  let logA, d: Parameter

  var channels: Int { logA.shape[0] }
  var stateSize: Int { logA.shape[1] }
  var rank: Int { time.inputWidth }
  var inputWidth: Int { channels }
  var outputWidth: Int { channels }
  var slots: [StateSlot] { [StateSlot("x", channels * stateSize)] }
  var multiplyAdds: Int { projection.multiplyAdds + time.multiplyAdds + channels * (4 * stateSize + 2) }

  init(_ channels: Int, rank: Int, _ options: SelectiveOptions, _ parameters: ParameterBuilder) {
    let size = options.state
    projection = Linear(
      channels, rank + 2 * size, parameters.scope("x_proj"), weight: .uniform(1 / Double(channels).squareRoot()),
      bias: nil)
    time = Linear(
      rank, channels, parameters.scope("dt_proj"), weight: .uniform(1 / Double(rank).squareRoot()),
      bias: .softplusTimeStep(options.dt))
    // Decay of weights would pull the time constants and the path around the scan towards values that mean nothing.
    let group = ParameterGroup(name: "selective scan", learningRateFactor: 1, weightDecay: false)
    let start = (1...size).map { Float(log(Double($0))) }
    logA = parameters.add("A_log", [channels, size], .everyRow(start), group: group)
    d = parameters.add("D", [channels], .constant(1), group: group)
  }

  func forward(_ u: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let arena = pass.arena
    let (projected, projectionBack) = projection.forward(u, pass)
    let (beforeSoftplus, timeBack) = time.forward(projected.columns(0..<rank), pass)
    let (delta, softplusBack) = Softplus().forward(beforeSoftplus, pass)
    let a = arena.matrix(channels, stateSize)
    Kernels.negativeExp(pass.value(logA), into: a)
    let system = SelectiveSystem(
      a: a, d: pass.value(d), u: u, delta: delta, b: projected.columns(rank..<rank + stateSize),
      c: projected.columns(rank + stateSize..<rank + 2 * stateSize), initial: state?[0])
    if let inspection = pass.inspection { show(delta, a, in: inspection, pass) }
    let (y, final) = (arena.matrix(u.rows, channels), arena.matrix(pass.steps.sequences, channels * stateSize))
    let checkpoints = Kernels.selectiveScan(
      system, pass.steps, arena: arena, wayBack: pass.mode != .evaluation, y: y, final: final)
    return (
      SequenceOutput(rows: y, state: [final], pass),
      { gradient in
        let dProjected = arena.zeros(u.rows, projected.columns)
        let (du, dDelta, dA) = (
          arena.matrix(u.rows, channels), arena.matrix(u.rows, channels), arena.zeros(channels, stateSize)
        )
        let dx0 = state.map { arena.matrix($0[0].rows, $0[0].columns) }
        Kernels.selectiveScanBack(
          system, pass.steps, arena: arena, checkpoints: checkpoints!, dy: gradient.total(channels, pass),
          dFinal: gradient.state?[0],
          SelectiveGradient(
            addA: dA, addD: pass.gradient(d), u: du, delta: dDelta,
            addB: dProjected.columns(rank..<rank + stateSize),
            addC: dProjected.columns(rank + stateSize..<rank + 2 * stateSize), initial: dx0))
        Kernels.negativeExpBack(a, dA, addTo: pass.gradient(logA))
        Kernels.copy(timeBack(softplusBack(dDelta)), to: dProjected.columns(0..<rank))
        Kernels.add(projectionBack(dProjected), to: du)
        return (du, dx0.map { [$0] } ?? [])
      }
    )
  }

  /// What of the state is kept at each step, exp(Δ_t A), [R, H·N].
  private func show(_ delta: Matrix, _ a: Matrix, in inspection: Inspection, _ pass: Pass) {
    let kept = pass.arena.matrix(delta.rows, channels * stateSize)
    kept.fill { index in
      let (row, place) = index.quotientAndRemainder(dividingBy: channels * stateSize)
      let (channel, number) = place.quotientAndRemainder(dividingBy: stateSize)
      return Float(exp(Double(delta[row, channel] * a[channel, number])))
    }
    inspection.show(.gate, "\(logA.name) kept", kept)
  }

  func stream(_ u: Matrix, _ pass: Pass) -> SequenceStream {
    let (rank, size, arena) = (rank, stateSize, pass.arena)
    return projection.stream(u, pass).then { projected in
      time.stream(projected.columns(0..<rank), pass).then(Softplus()).then { delta in
        let a = arena.matrix(channels, size)
        Kernels.negativeExp(pass.value(logA), into: a)
        let system = SelectiveSystem(
          a: a, d: pass.value(d), u: u, delta: delta, b: projected.columns(rank..<rank + size),
          c: projected.columns(rank + size..<rank + 2 * size), initial: nil)
        let (x, y) = (arena.matrix(u.rows, channels * size), arena.matrix(u.rows, channels))
        return SequenceStream(delta, y, [StreamSlot(slots[0], in: x, pass)], pass) {
          Kernels.selectiveStep(system, state: x, into: y)
        }
      }
    }
  }
}

/// Options of the layers that hold a selective scan.
public struct SelectiveOptions: Options {
  public static let table: [OptionKey<SelectiveOptions>] =
    [
      OptionKey("state", \.state, in: 1...256, "state size N of each channel"),
      OptionKey(
        "dt_rank", \.rank, in: 0...4096, "numbers that Δ is made from; 0: a sixteenth of the width, rounded up"),
    ] + TimeStepRange.table.map { $0.lifted(\.dt) }

  /// State size N of a channel.
  public var state = 16
  /// Numbers that Δ is made from; 0 for a sixteenth of the width, rounded up.
  public var rank = 0
  /// Where time steps begin.
  public var dt = TimeStepRange(0.001, 0.1)

  public init() {}

  public func validate() throws { try dt.validate() }

  func rank(_ width: Int) -> Int { rank == 0 ? (width + 15) / 16 : rank }
}
