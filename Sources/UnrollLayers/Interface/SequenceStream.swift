import UnrollKernels

/// A layer one step at a time, its state carried: all that a step needs is made once, so that a step asks for no memory.
///
/// It is made as `forward` runs, from the matrix that comes in, but that matrix and `output` stay where they are: a step reads
/// what stands in `input` and writes `output` and the state. It must not be stepped after the parameters changed, of which it keeps
/// views as well as what was made from them; make another. One thread at a time; dropout and zoneout are those of evaluation.
public struct SequenceStream {
  /// [B, in], the caller's.
  public let input: Matrix
  /// [B, out], overwritten by every step.
  public let output: Matrix
  private let slots: [StreamSlot]
  private let steps: [() -> Void]
  /// Holds the memory.
  let pass: Pass
  /// Of the parameters.
  private let version: Int

  /// - Parameters:
  ///   - input: where every step finds its input, [B, in].
  ///   - output: where every step leaves its output, [B, out].
  ///   - slots: as the layer's.
  ///   - pass: of one step; its memory is the stream's.
  ///   - step: from `input` and the state to `output` and the state after.
  public init(
    _ input: Matrix, _ output: Matrix, _ slots: [StreamSlot] = [], _ pass: Pass, step: @escaping () -> Void
  ) {
    self.init(input, output, slots, pass, steps: [step])
  }

  private init(_ input: Matrix, _ output: Matrix, _ slots: [StreamSlot], _ pass: Pass, steps: [() -> Void]) {
    precondition(pass.steps.steps == 1 && pass.mode == .evaluation, "a stream runs single steps in evaluation")
    precondition(input.rows == pass.steps.sequences && output.rows == input.rows, "a stream has a row a sequence")
    (self.input, self.output, self.slots, self.steps, self.pass) = (input, output, slots, steps, pass)
    version = pass.parameters.version
    for slot in slots { slot.begin() }
  }

  /// What does nothing, so that others can follow.
  public static func identity(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    SequenceStream(x, x, [], pass, steps: [])
  }

  /// From what stands in `input` to `output`, without a call for memory.
  ///
  /// It is a fault to step after the parameters have changed.
  public func step() {
    precondition(version == pass.parameters.version, "the parameters changed since the stream was made; make another")
    for step in steps { step() }
  }

  /// Takes over x [B, in] and steps. The result lies in memory that the next step overwrites.
  @discardableResult public func step(_ x: Matrix) -> Matrix {
    Kernels.copy(x, to: input)
    step()
    return output
  }

  /// The state, slot by slot, [B, width] each: views to read and to write between steps. A step may move what they show.
  public var state: [Matrix] { slots.map { $0.view() } }

  /// Row b goes on from where row `rows[b]` of another stream of the same layer stands, or of this one: as sequences are chosen, left,
  /// or continued in several ways. It may ask for memory.
  ///
  /// - Parameters:
  ///   - rows: one for each of this stream's.
  ///   - other: a stream of the same layer.
  public func take(_ rows: [Int32], of other: SequenceStream) {
    precondition(rows.allSatisfy { (0..<Int32(other.input.rows)).contains($0) }, "a row that the other stream lacks")
    let scratch = Arena()
    for (from, to) in zip(other.state, state) {
      let chosen = scratch.matrix(to.rows, to.columns)
      Kernels.gather(from, rows, into: chosen)
      Kernels.copy(chosen, to: to)
    }
  }

  /// Back to the state before the first step: empty, or learned.
  public func reset() { for slot in slots { slot.begin() } }

  /// After one step, taken back: what is made at its first use is there from now on.
  public func prepared() -> SequenceStream {
    step()
    reset()
    return self
  }
}

/// Putting streams together.
extension SequenceStream {
  /// This one, then what `next` makes on its output.
  public func then(_ next: (Matrix) -> SequenceStream) -> SequenceStream {
    let above = next(output)
    return SequenceStream(input, above.output, slots + above.slots, pass, steps: steps + above.steps)
  }

  /// output + x.
  func adding(_ x: Matrix) -> SequenceStream {
    then { output in
      let sum = pass.arena.matrix(x.rows, x.columns)
      return SequenceStream(output, sum, [], pass) {
        Kernels.copy(output, to: sum)
        Kernels.add(x, to: sum)
      }
    }
  }

  /// The same steps with another matrix as their output: one that any of them writes.
  func showing(_ output: Matrix) -> SequenceStream { SequenceStream(input, output, slots, pass, steps: steps) }

  /// The same with other first states where one is given: [1, width], one a slot.
  func beginning(with first: [Matrix?]) -> SequenceStream {
    let slots = zip(slots, first).map { StreamSlot(first: $1 ?? $0.first, at: $0.view) }
    return SequenceStream(input, output, slots, pass, steps: steps)
  }
}

/// One tensor of a stream's state: where it lies and how it begins.
public struct StreamSlot {
  /// [B, width], as it lies now.
  let view: () -> Matrix
  /// [1, width]
  let first: Matrix

  /// - Parameters:
  ///   - first: [1, width], what every sequence begins with.
  ///   - view: [B, width], asked for between steps.
  public init(first: Matrix, at view: @escaping () -> Matrix) { (self.first, self.view) = (first, view) }

  /// A slot that begins empty, in memory that stays where it is.
  public init(_ slot: StateSlot, in matrix: Matrix, _ pass: Pass) { self.init(slot, pass) { matrix } }

  /// A slot that begins empty.
  init(_ slot: StateSlot, _ pass: Pass, at view: @escaping () -> Matrix) {
    let first = pass.arena.matrix(1, slot.width)
    first.fill(slot.empty)
    self.init(first: first, at: view)
  }

  fileprivate func begin() { Kernels.fillRows(view(), with: first) }
}
