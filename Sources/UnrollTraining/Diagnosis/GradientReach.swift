import UnrollKernels

/// How far the gradient of the loss reaches back: its norm by what enters a step, against the steps from there to the step of the loss.
///
/// At distance 0 stands what enters the step of the loss itself: its input x_T, or the state h_{T−1} that it begins with; at distance d
/// x_{T−d}, or h_{T−d−1}. So of h_t = W h_{t−1} + … with W of singular values λ alone the shares are λ^d.
public struct GradientReach: Codable, Equatable, Sendable {
  /// Below this share of its value at distance 0 a gradient counts as gone.
  public static let threshold = 0.01

  /// `input`, or that of a slot of the state.
  public let name: String
  /// Mean of the norms over the sequences that are so long, by distance.
  public let norms: [Double]
  /// Over the same sequences: the sum of norms by that at distance 0.
  public let shares: [Double]
  /// How many sequences are so long.
  public let sequences: [Int]
  /// Effective memory: the first distance at which the share falls below the threshold; nil where it nowhere does.
  public let memory: Int?

  /// - Parameter norms: of each sequence by distance. One whose loss has no gradient says nothing; what is no number ends a sequence.
  init(_ name: String, _ norms: [[Double]]) {
    let all = norms.map { $0.prefix(while: \.isFinite) }.filter { $0.first ?? 0 > 0 }
    let each = (0..<(all.map(\.count).max() ?? 0)).map { distance in all.filter { $0.count > distance } }
    self.name = name
    sequences = each.map(\.count)
    let sums = each.enumerated().map { distance, own in own.reduce(0) { $0 + $1[distance] } }
    self.norms = zip(sums, sequences).map { $0 / Double($1) }
    shares = zip(sums, each).map { sum, own in sum / own.reduce(0) { $0 + $1[0] } }
    memory = shares.firstIndex { $0 < GradientReach.threshold }
  }
}

/// Norms by distance as they come from the way back of batches.
struct ReachSamples {
  /// By name in the order of their coming: of each sequence, by distance.
  private var names: [String] = []
  private var norms: [String: [[Double]]] = [:]

  var reaches: [GradientReach] { names.map { GradientReach($0, norms[$0]!) } }

  /// All sequences of a batch, each of which has a loss at its end.
  mutating func add(_ unfolding: Unfolding) {
    let steps = unfolding.batch.steps
    var own: [String: [[Double]]] = [:]
    func take(_ name: String, _ gradient: Matrix) {
      if !names.contains(name) { names.append(name) }
      var each = own[name] ?? [[Double]](repeating: [], count: steps.sequences)
      for b in 0..<gradient.rows { each[b].append(gradient.rows(b..<b + 1).norm) }
      own[name] = each
    }
    unfolding.back(read: unfolding.lossGradient(), final: nil) { start, input, state in
      // One piece has the rows of many steps.
      for t in (start..<start + (input.rows == Int(steps.live[start]) ? 1 : steps.steps)).reversed() {
        let first = Int(steps.offset[start])
        take("input", input.rows(steps.range(t).lowerBound - first..<steps.range(t).upperBound - first))
      }
      for (slot, gradient) in zip(unfolding.slots, state) where slot.carriesGradient { take(slot.name, gradient) }
    }
    for (name, each) in own { norms[name, default: []] += each }
  }
}

extension Matrix {
  /// √ of the sum of all squares, in double precision.
  var norm: Double {
    (0..<rows).reduce(0) { $0 + Kernels.sumOfSquares(rows($1..<$1 + 1)) }.squareRoot()
  }
}
