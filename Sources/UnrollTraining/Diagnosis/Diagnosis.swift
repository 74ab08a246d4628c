import UnrollCore
import UnrollKernels
import UnrollLayers

/// What gradients do in a network, fresh or trained: how far they reach, and what single steps make of them.
///
/// A measurement in passes of its own: the network stays as it is.
public struct Diagnosis: Codable, Equatable, Sendable {
  /// Sequences, each with the loss of its last step.
  public let sequences: Int
  /// Steps of the shortest and of the longest.
  public let shortest, longest: Int
  /// Numbers of state whose gradients are followed from step to step; 0 where the backend reads the sequence as a whole.
  public let stateSize: Int
  /// Of the input, of the state as a whole where it has several slots, and of every slot.
  public let gradients: [GradientReach]
  /// Of the longest sequence; nil where the backend carries no state, or too large a one.
  public let jacobian: JacobianReach?
  /// Of recurrent cells, from the bottom.
  public let recurrences: [RecurrenceView]
  /// Of cells that have gates, gate by gate, over all steps of all sequences.
  public let gates: [GateView]
  /// Of linear state spaces, as long as the longest sequence.
  public let kernels: [KernelView]
  /// Of a single sequence.
  public let attention: [AttentionView]

  /// That of the state, ∂L/∂h_t; of the input where no state is followed.
  public var reach: GradientReach? { gradients.dropFirst().first ?? gradients.first }

  /// The largest of all recurrent weights.
  public var spectralRadius: Double? { recurrences.map(\.spectralRadius).max() }

  /// - Parameters:
  ///   - network: run as in evaluation, and left as it is.
  ///   - batches: at least one sequence; each begins without a state.
  public init(_ network: SequenceNetwork, _ batches: [Batch]) {
    precondition(!batches.isEmpty)
    var (samples, size) = (ReachSamples(), 0)
    for batch in batches {
      let unfolding = Unfolding(network, batch)
      samples.add(unfolding)
      size = unfolding.slots.filter(\.carriesGradient).reduce(0) { $0 + $1.width }
    }
    stateSize = size
    let lengths = batches.flatMap { $0.steps.lengths.map(Int.init) }
    (sequences, shortest, longest) = (lengths.count, lengths.min()!, lengths.max()!)
    gradients = samples.reaches
    let inside = Inside(network, batches)
    (recurrences, gates) = (inside.recurrences, inside.gates)
    (kernels, attention) = (inside.kernels, inside.attention)
    jacobian = JacobianReach(network, batches.max { $0.steps.steps < $1.steps.steps }!)
  }
}

/// As runs record it.
extension Diagnosis {
  /// What of it is recorded at every evaluation.
  public struct Summary: Codable, Equatable, Sendable {
    /// Effective memory of `reach`; nil where it is longer than the sequences.
    public let memory: Int?
    /// The largest of all recurrent weights; nil where there are none.
    public let spectralRadius: Double?
    /// As `JacobianReach.growth`.
    public let growth: Double?
  }

  /// What is recorded of it at every evaluation.
  public var summary: Summary {
    Summary(memory: reach?.memory, spectralRadius: spectralRadius, growth: jacobian?.growth)
  }

  /// Of a few sequences of the development split; nil without any, and for another network than one over single sequences.
  package init?(_ network: any Network, development batches: [Batch]) {
    let sample = batches.sample(16, steps: 128)
    guard let network = network as? SequenceNetwork, !sample.isEmpty else { return nil }
    self.init(network, sample)
  }
}

extension [Batch] {
  /// At most `count` sequences, evenly spread over all that ask for something, each with the last `steps` steps up to its last that does.
  package func sample(_ count: Int, steps: Int) -> [Batch] {
    let asking = map { batch in
      batch.askedLengths.enumerated().filter { $0.element > 0 }.map { (own: $0.offset, length: $0.element) }
    }
    let all = asking.reduce(0) { $0 + $1.count }
    let stride = Swift.max(1, (all + count - 1) / count)
    var passed = 0
    return zip(self, asking).compactMap { batch, sequences in
      let chosen = sequences.indices.filter { (passed + $0) % stride == 0 }.map { sequences[$0] }
      passed += sequences.count
      // Longest first, as they are packed.
      let order = chosen.sorted { (Swift.min($1.length, steps), $0.own) < (Swift.min($0.length, steps), $1.own) }
      return order.isEmpty ? nil : batch.sequences(order.map(\.own), most: steps, of: order.map(\.length))
    }
  }
}
