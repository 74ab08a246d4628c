import UnrollKernels

/// How far the gradient of the loss reaches back: its norm by what enters a step, against the steps from there to the step of the loss.
///
/// At distance 0 stands what enters the step of the loss itself: its input x_T, or the state h_{T−1} that it begins with; at distance d
/// x_{T−d}, or h_{T−d−1}. So of h_t = W h_{t−1} + … with W of singular values λ alone the shares are λ^d.
public struct GradientReach: Codable, Equatable, Sendable {
  /// Below this share of its value at distance 0 a gradient counts as gone.
  public static let threshold = 0.01

  /// What becomes of it on its way to the longest distance.
  public enum Fate: Sendable { case vanishes, holds, explodes }

  /// `input`, `state` for all slots of the state together, or that of a slot.
  public let name: String
  /// Mean of the norms over the sequences that are so long, by distance.
  public let norms: [Double]
  /// Over the same sequences: the sum of norms by that at distance 0.
  public let shares: [Double]
  /// How many sequences are so long.
  public let sequences: [Int]
  /// Effective memory: the first distance at which the share falls below the threshold; nil where it nowhere does.
  public let memory: Int?

  /// It vanishes where it ends below the threshold, and explodes where it ends above the hundredfold; nil where no step before the loss has one.
  public var fate: Fate? {
    guard shares.count > 1, let last = shares.last else { return nil }
    let threshold = GradientReach.threshold
    return last < threshold ? .vanishes : last > 1 / threshold ? .explodes : .holds
  }

  /// - Parameter norms: of each sequence by distance. One whose loss has no gradient says nothing; what is no number ends a sequence.
  init(_ name: String, _ norms: [[Double]]) {
    let all = norms.map { $0.prefix(while: \.isFinite) }.filter { $0.first ?? 0 > 0 }
    let each = (0..<(all.map(\.count).max() ?? 0)).map { distance in all.filter { $0.count > distance } }
    self.name = name
    sequences = each.map(\.count)
    let sums = each.enumerated().map { distance, own in own.reduce(0) { $0 + $1[distance] } }
    self.norms = zip(sums, sequences).map { $0 / Double($1) }
    shares = zip(sums, each).map { sum, own in sum / own.reduce(0) { $0 + $1[0] } }
    memory = GradientReach.memory(shares)
  }

  private static func memory(_ shares: [Double]) -> Int? { shares.firstIndex { $0 < threshold } }

  /// Of several, say of a few seeds: means of norms and of shares over those that are so long. Nil where none has a gradient.
  package init?(mean reaches: [GradientReach]) {
    let all = reaches.filter { !$0.shares.isEmpty }
    guard let name = all.first?.name else { return nil }
    let each = (0..<all.map(\.shares.count).max()!).map { distance in all.filter { $0.shares.count > distance } }
    func mean(_ values: KeyPath<GradientReach, [Double]>) -> [Double] {
      each.enumerated().map { distance, own in
        own.reduce(0) { $0 + $1[keyPath: values][distance] } / Double(own.count)
      }
    }
    self.name = name
    (norms, shares) = (mean(\.norms), mean(\.shares))
    sequences = each.enumerated().map { distance, own in own.reduce(0) { $0 + $1.sequences[distance] } }
    memory = GradientReach.memory(shares)
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
    func take(_ name: String, _ gradients: [Matrix]) {
      if !names.contains(name) { names.append(name) }
      var each = own[name] ?? [[Double]](repeating: [], count: steps.sequences)
      for b in 0..<(gradients.first?.rows ?? 0) { each[b].append(gradients.map { $0.rows(b..<b + 1) }.norm) }
      own[name] = each
    }
    unfolding.back(read: unfolding.lossGradient(), final: nil) { start, input, state in
      // One piece has the rows of many steps.
      for t in (start..<start + (input.rows == Int(steps.live[start]) ? 1 : steps.steps)).reversed() {
        let first = Int(steps.offset[start])
        take("input", [input.rows(steps.range(t).lowerBound - first..<steps.range(t).upperBound - first)])
      }
      let slots = zip(unfolding.slots, state).filter(\.0.carriesGradient)
      if slots.count > 1 { take("state", slots.map(\.1)) }
      // The rows that a convolution keeps are called as what it reads.
      for (slot, gradient) in slots { take(slot.name == "input" ? "kept input" : slot.name, [gradient]) }
    }
    for (name, each) in own { norms[name, default: []] += each }
  }
}

extension [Matrix] {
  /// √ of the sum of all squares in single rows, in double precision.
  fileprivate var norm: Double { reduce(0) { $0 + Kernels.sumOfSquares($1) }.squareRoot() }
}
