import UnrollKernels
import UnrollLayers

extension Inspection.Part {
  /// Its name within the backend.
  fileprivate var title: String { String(name.trimmingPrefix("backend.")) }
}

/// What the state of one step is multiplied with on its way to the next.
public struct RecurrenceView: Codable, Equatable, Sendable {
  /// Of the layer, and of the gate where a cell multiplies its state for each.
  public let name: String
  /// The largest |λ|; of several blocks the largest of all.
  public let spectralRadius: Double

  init?(_ part: Inspection.Part) {
    let size = part.columns
    guard size <= JacobianReach.largest else { return nil }
    let blocks = stride(from: 0, to: part.values.count, by: size * size).map { start in
      Kernels.spectralRadius(part.values[start..<start + size * size].map(Double.init), size: size)
    }
    guard blocks.allSatisfy(\.isFinite), let radius = blocks.max() else { return nil }
    (name, spectralRadius) = (part.title, radius)
  }
}

/// How far a gate's activations are open, over all units and steps.
public struct GateView: Codable, Equatable, Sendable {
  /// Shut below the first, wide open above the second: there the sigmoid passes less than a fifth of the gradient that it passes in its
  /// middle.
  public static let limits: (low: Float, high: Float) = (0.05, 0.95)

  /// Of the layer and the gate, in the cell's words.
  public let name: String
  /// Over all units, steps and sequences.
  public let mean: Double
  /// Shares of activations below and above the limits.
  public let shut, open: Double

  init?(_ name: String, _ parts: [Inspection.Part]) {
    let values = parts.flatMap(\.values)
    guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
    self.name = name
    mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    shut = Double(values.count { $0 < GateView.limits.low }) / Double(values.count)
    open = Double(values.count { $0 > GateView.limits.high }) / Double(values.count)
  }
}

/// How far the convolution kernels of a linear state space reach.
public struct KernelView: Codable, Equatable, Sendable {
  /// Of the layer.
  public let name: String
  /// √ Σ_h k_h[l]² over the channels h, by lag l.
  public let norms: [Double]
  /// The lag from which on it stays below a hundredth of its largest; nil where it does not.
  public let memory: Int?

  init?(_ part: Inspection.Part) {
    let norms = (0..<part.columns).map { lag in
      let column = stride(from: lag, to: part.values.count, by: part.columns).map { Double(part.values[$0]) }
      return column.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    guard norms.allSatisfy(\.isFinite), let most = norms.max() else { return nil }
    (name, self.norms) = (part.title, norms)
    let last = norms.lastIndex { $0 >= GradientReach.threshold * most } ?? -1
    memory = last + 1 < norms.count ? last + 1 : nil
  }
}

/// What the last step of a single sequence attends to.
public struct AttentionView: Codable, Equatable, Sendable {
  /// Of the layer and the head.
  public let name: String
  /// By distance from the last step; they add up to 1.
  public let weights: [Double]

  init(_ part: Inspection.Part) {
    (name, weights) = (part.title, part.values.suffix(part.columns).reversed().map(Double.init))
  }
}

extension Diagnosis {
  /// What layers show of themselves over whole sequences.
  struct Inside {
    /// Of one batch: weights and kernels, and of one sequence attention.
    var recurrences: [RecurrenceView] = []
    var kernels: [KernelView] = []
    var attention: [AttentionView] = []
    /// Of all batches.
    var gates: [GateView] = []

    init(_ network: SequenceNetwork, _ batches: [Batch]) {
      let shown = batches.map { Inside.parts(network, $0) }
      let longest = batches.indices.max { batches[$0].steps.steps < batches[$1].steps.steps }!
      for part in shown[longest] {
        switch part.kind {
        case .gate:
          let all = shown.flatMap { $0.filter { $0.kind == .gate && $0.name == part.name } }
          gates += [GateView(part.title, all)].compactMap { $0 }
        case .recurrence: recurrences += [RecurrenceView(part)].compactMap { $0 }
        case .kernel: kernels += [KernelView(part)].compactMap { $0 }
        case .attention:
          // Of several blocks of queries the last has the last step.
          attention.removeAll { $0.name == part.title }
          attention.append(AttentionView(part))
        }
      }
    }

    private static func parts(_ network: SequenceNetwork, _ batch: Batch) -> [Inspection.Part] {
      let inspection = Inspection()
      let pass = Pass(
        batch.steps, parameters: network.parameters, gradients: Buffer(count: 0), arena: Arena(), mode: .evaluation,
        inspection: inspection)
      _ = network.backend.forward(network.inputs.sideBySide(batch, pass).output, from: nil, pass)
      return inspection.parts
    }
  }
}
