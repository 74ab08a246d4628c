import CLibrary
import UnrollKernels
import UnrollLayers

/// What one state does to a later one: the largest singular value of ∂s_T/∂s_{T−d}, the product of d Jacobians of single steps, s being
/// all that a backend carries.
///
/// The norm of no gradient grows or shrinks by more over d steps. A product is the way back of the rows of the identity through the steps
/// of one sequence.
public struct JacobianReach: Codable, Equatable, Sendable {
  /// Numbers of state, at most: a decomposition costs their cube.
  package static let largest = 256

  /// Numbers of state that carry gradients.
  public let size: Int
  /// d, rising.
  public let distances: [Int]
  /// One a distance.
  public let singularValues: [Double]
  /// The largest |λ| of the last step's own Jacobian.
  public let spectralRadius: Double

  /// By what a gradient grows a step at most, in the mean over the longest distance.
  public var growth: Double? {
    guard let value = singularValues.last, let distance = distances.last else { return nil }
    return pow(value, 1 / Double(distance))
  }

  /// Of one sequence of a batch. Nil where there is no state, too large a one, or less than two steps.
  init?(_ network: SequenceNetwork, _ batch: Batch, sequence: Int = 0) {
    let size = network.backend.slots.filter(\.carriesGradient).reduce(0) { $0 + $1.width }
    let length = Int(batch.steps.lengths[sequence])
    guard (1...JacobianReach.largest).contains(size), length > 1, network.backend.isCausal else { return nil }
    let unfolding = Unfolding(network, batch.sequences([Int](repeating: sequence, count: size)))
    guard !unfolding.slots.isEmpty else { return nil }
    let wanted = Set(sequence: 1, doublingTo: length - 1)
    var found: [(distance: Int, value: Double)] = []
    var radius = Double.nan
    unfolding.back(read: nil, final: unfolding.identity()) { step, _, state in
      let distance = length - step
      guard wanted.contains(distance) else { return }
      let jacobian = JacobianReach.joined(state, unfolding.slots, size)
      if distance == 1 { radius = Kernels.spectralRadius(jacobian, size: size) }
      found.append((distance, Kernels.singularValues(jacobian, size: size).first ?? .nan))
    }
    let known = found.prefix { $0.value.isFinite }
    guard radius.isFinite, !known.isEmpty else { return nil }
    (self.size, spectralRadius) = (size, radius)
    (distances, singularValues) = (known.map(\.distance), known.map(\.value))
  }

  /// Slots side by side, row by row.
  private static func joined(_ state: [Matrix], _ slots: [StateSlot], _ size: Int) -> [Double] {
    let parts = zip(slots, state).filter { $0.0.carriesGradient }.map(\.1)
    return (0..<size).flatMap { row in parts.flatMap { $0.rows(row..<row + 1).array.map(Double.init) } }
  }
}

extension Set<Int> {
  /// 1, 2, 4, … and the last.
  fileprivate init(sequence first: Int, doublingTo last: Int) {
    self = [last]
    var next = first
    while next < last {
      insert(next)
      next *= 2
    }
  }
}
