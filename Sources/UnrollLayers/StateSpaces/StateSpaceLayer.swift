import Dispatch
import UnrollKernels

/// How a linear state space is run.
package enum StateSpaceMode {
  /// As a recurrence for single steps outside of training, else as a convolution.
  case automatic
  case convolution, recurrence
}

/// A linear state space over packed steps, as the recurrence that it is or as a convolution:
///
///     x_t = Ā x_{t−1} + B̄ u_t,  y_t = C x_t + D u_t
///     y = k ∗ u + D u,  k_l = C Ā^l B̄
///
/// A non-zero initial state adds C Ā^{t+1} x_0. Sequences are convolved (by FFT where they are long); one step at a time (streaming)
/// is the recurrence. State: x, H·N floats.
package final class StateSpaceLayer<Space: StateSpace>: SequenceLayer {
  let space: Space
  let d: Parameter
  private let mode: StateSpaceMode
  private let name: String
  // Made at the first use: a layer may be built just to count its parameters.
  private lazy var system = space.discrete(in: nil)
  private var discretisedVersion = 0
  private let lock = DispatchSemaphore(value: 1)

  private var channels: Int { space.channels }
  package var inputWidth: Int { channels }
  package var outputWidth: Int { channels }
  package var slots: [StateSlot] { [StateSlot("x", channels * space.stateSize)] }
  package var multiplyAdds: Int { space.multiplyAdds }

  /// Declares D behind the parameters of the space.
  init(_ space: Space, _ parameters: ParameterBuilder) {
    self.space = space
    d = parameters.add("D", [space.channels], .normal(1), group: .stateSpaceOutput)
    (mode, name) = (.automatic, parameters.name("kernel"))
  }

  private init(_ space: Space, _ d: Parameter, _ mode: StateSpaceMode, _ name: String) {
    (self.space, self.d, self.mode, self.name) = (space, d, mode, name)
  }

  /// The same parameters, run another way.
  package func running(_ mode: StateSpaceMode) -> StateSpaceLayer { StateSpaceLayer(space, d, mode, name) }

  package var algorithms: [Algorithm] {
    [Algorithm("convolution", running(.convolution)), Algorithm("recurrence", running(.recurrence))]
  }

  package func measurements(_ pass: Pass) -> [String: Double] { space.measurements(discretised(pass), pass) }

  /// The system of the current parameters, computed once for each version of them.
  package func discretised(_ pass: Pass) -> Space.Discrete {
    lock.wait()
    defer { lock.signal() }
    if discretisedVersion != pass.parameters.version {
      space.discretise(into: system, pass)
      discretisedVersion = pass.parameters.version
    }
    return system
  }

  /// k [H, T].
  package func kernel(steps: Int, _ pass: Pass) -> Matrix {
    let kernel = pass.arena.matrix(channels, steps)
    discretised(pass).kernel(c: pass.value(space.c), arena: pass.arena, into: kernel)
    return kernel
  }

  package func forward(
    _ u: Matrix, from state: [Matrix]?, _ pass: Pass
  ) -> (output: SequenceOutput, pullback: SequencePullback) {
    let stepwise = mode == .recurrence || mode == .automatic && pass.mode == .evaluation && pass.steps.steps == 1
    return stepwise ? recur(u, state?[0], pass) : convolve(u, state?[0], pass)
  }

  private func recur(_ u: Matrix, _ x0: Matrix?, _ pass: Pass) -> (SequenceOutput, SequencePullback) {
    let y = pass.arena.matrix(u.rows, channels)
    let x = x0.map(pass.arena.copy) ?? pass.arena.zeros(pass.steps.sequences, slots[0].width)
    discretised(pass).recur(
      u, c: pass.value(space.c), d: pass.value(d), pass.steps, arena: pass.arena, state: x, into: y)
    return (
      SequenceOutput(rows: y, state: [x], pass),
      { _ in preconditionFailure("the recurrence is for streaming; training runs the convolution") }
    )
  }

  private func convolve(_ u: Matrix, _ x0: Matrix?, _ pass: Pass) -> (SequenceOutput, SequencePullback) {
    let (steps, arena, system) = (pass.steps, pass.arena, discretised(pass))
    let kernel = kernel(steps: steps.steps, pass)
    pass.inspection?.show(.kernel, name, kernel)
    let y = arena.matrix(u.rows, channels)
    Kernels.convolve(u, kernel: kernel, d: pass.value(d), steps, arena: arena, into: y)
    if let x0 { system.addInitialState(x0, c: pass.value(space.c), steps, arena: arena, to: y) }
    return (
      SequenceOutput(rows: y, state: finalState(u, x0, system, pass), pass),
      { [space, d] gradient in
        let dy = gradient.total(u.columns, pass)
        let (du, dKernel) = (arena.matrix(u.rows, u.columns), arena.matrix(kernel.rows, kernel.columns))
        Kernels.convolveBack(
          u, kernel: kernel, d: pass.value(d), steps, arena: arena, dy: dy, du: du, dKernel: dKernel,
          addD: pass.gradient(d))
        let (c, dC, dSystem) = (pass.value(space.c), pass.gradient(space.c), space.discrete(in: arena))
        system.kernelBack(dKernel, c: c, arena: arena, into: dSystem, addC: dC)
        let dState = x0.map { x0 in
          let dX0 = arena.matrix(x0.rows, x0.columns)
          system.initialStateBack(x0, c: c, steps, arena: arena, dy: dy, addTo: dSystem, addC: dC, dX0: dX0)
          return [dX0]
        }
        if let dFinal = gradient.state {
          system.finalStateBack(
            u, from: x0, steps, arena: arena, dX: dFinal[0], addTo: dSystem, addU: du, addX0: dState?[0])
        }
        space.discretiseBack(dSystem, pass)
        return (du, dState ?? [])
      }
    )
  }

  private func finalState(_ u: Matrix, _ x0: Matrix?, _ system: Space.Discrete, _ pass: Pass) -> [Matrix] {
    guard pass.keepsState else { return [] }
    let final = pass.arena.matrix(pass.steps.sequences, slots[0].width)
    system.finalState(u, from: x0, pass.steps, arena: pass.arena, into: final)
    return [final]
  }

  package func stream(_ u: Matrix, _ pass: Pass) -> SequenceStream {
    let (system, c, d) = (discretised(pass), pass.value(space.c), pass.value(d))
    let (x, y) = (pass.arena.matrix(u.rows, slots[0].width), pass.arena.matrix(u.rows, channels))
    let scratch = Arena()
    return SequenceStream(u, y, [StreamSlot(slots[0], in: x, pass)], pass) {
      scratch.reset()
      system.recur(u, c: c, d: d, pass.steps, arena: scratch, state: x, into: y)
    }
  }
}
