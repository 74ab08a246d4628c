import UnrollKernels

/// What is asked for on a split, in the order of the data: of sequences a class for every token, or one for the whole; of running text the
/// token that comes next.
public struct Targets: Sendable {
  /// A class for every target, `notAsked` where none is asked for.
  public let classes: [Int32]
  /// The target with which each item begins. An item is a sequence, or a block of running text.
  public let itemStarts: [Int]

  public static let notAsked: Int32 = -1
  public init(classes: [Int32], itemStarts: [Int]) { (self.classes, self.itemStarts) = (classes, itemStarts) }

  /// The targets of every item.
  public var items: [Range<Int>] { zip(itemStarts, itemStarts.dropFirst() + [classes.count]).map { $0..<$1 } }
}

/// What a network said of a split, target by target in the order of the data.
public struct Predictions: Sendable {
  /// A class for every target; `absent` where nobody looked.
  public private(set) var classes: [Int32]
  /// Of every target, nats; 0 where none is asked for.
  public private(set) var losses: [Float]
  /// Over all targets, added batch by batch.
  public private(set) var sums = LossSums()

  public static let absent = Int32.min

  /// Of `count` targets none is predicted yet.
  public init(count: Int) {
    classes = [Int32](repeating: Predictions.absent, count: count)
    losses = [Float](repeating: 0, count: count)
  }

  /// Predictions that did not come from a network.
  public init(classes: [Int32]) {
    self.init(count: classes.count)
    self.classes = classes
  }

  mutating func add(_ batch: Batch, _ prediction: Prediction) {
    sums += prediction.sums
    for (index, position) in batch.positions.enumerated() {
      classes[Int(position)] = prediction.classes[index]
      losses[Int(position)] = prediction.losses[index]
    }
  }

  /// How every item did.
  public func items(_ targets: Targets) -> ItemScores {
    var (scores, item) = (ItemScores(count: targets.itemStarts.count), 0)
    let ends = targets.itemStarts.dropFirst() + [classes.count]
    each(targets) { position, truth, predicted in
      while position >= ends[ends.startIndex + item] { item += 1 }
      scores.add(to: item, isRight: truth == predicted, loss: Double(losses[position]))
    }
    return scores
  }

  /// Every target that is asked for and was predicted: where it stands, what is true, what was said.
  func each(_ targets: Targets, _ body: (_ position: Int, _ truth: Int32, _ predicted: Int32) -> Void) {
    for position in classes.indices where targets.classes[position] != Targets.notAsked {
      guard classes[position] != Predictions.absent else { continue }
      body(position, targets.classes[position], classes[position])
    }
  }
}
