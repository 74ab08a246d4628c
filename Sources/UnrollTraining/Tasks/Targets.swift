import UnrollKernels

/// What is asked for at a target, and so which heads can answer.
public enum TargetKind: String, Sendable {
  /// One of several.
  case classes
  /// K of them.
  case numbers
  /// K times, each by itself.
  case yesOrNo = "many yes or no"
}

/// What is asked for on a split, in the order of the data: of sequences a class or K numbers for every step, or a class for the whole; of
/// running text the token that comes next.
public struct Targets: Sendable {
  /// A class for every target, `notAsked` where none is asked for; empty where numbers are.
  public let classes: [Int32]
  /// `width` numbers for every target, scaled, NaN where none is asked for; empty where classes are.
  public let numbers: [Float]
  /// Numbers of a target K; 0 where classes are asked for.
  public let width: Int
  /// The target with which each item begins. An item is a sequence, or a block of running text.
  public let itemStarts: [Int]
  /// Where texts are to be written, for every item those whose text is right for it, itself first; none where its source came before, so that
  /// it is asked for once. Empty where no text is.
  public var alternatives: [[Int]] = []

  /// Stands where no class is asked for.
  public static let notAsked: Int32 = -1

  /// Classes, `notAsked` where none is asked for.
  public init(classes: [Int32], itemStarts: [Int]) {
    (self.classes, numbers, width, self.itemStarts) = (classes, [], 0, itemStarts)
  }

  /// `width` numbers a target, row by row, NaN where none is asked for.
  public init(numbers: [Float], width: Int, itemStarts: [Int]) {
    (classes, self.numbers, self.width, self.itemStarts) = ([], numbers, width, itemStarts)
  }

  /// Targets, those of which nothing is asked included.
  public var count: Int { width == 0 ? classes.count : numbers.count / width }

  /// The item in which a target stands.
  func item(of position: Int) -> Int {
    var (item, end) = (0, itemStarts.count)
    while end - item > 1 {
      let middle = (item + end) / 2
      if itemStarts[middle] <= position { item = middle } else { end = middle }
    }
    return item
  }

  /// The text that an item asks for, without its end.
  func text(_ item: Int) -> ArraySlice<Int32> {
    let end = item + 1 < itemStarts.count ? itemStarts[item + 1] : classes.count
    return classes[itemStarts[item]..<end - 1]
  }

  /// The targets of every item.
  public var items: [Range<Int>] { zip(itemStarts, itemStarts.dropFirst() + [count]).map { $0..<$1 } }
}

/// What a network said of a split, target by target in the order of the data.
public struct Predictions: Sendable {
  /// What was asked for.
  public let targets: Targets
  /// A class for every target; `absent` where nobody looked.
  public private(set) var classes: [Int32]
  /// K numbers for every target (scaled, or probabilities of yes), NaN where nobody looked; empty of classes.
  public private(set) var numbers: [Float]
  /// Of every target; 0 where none is asked for.
  public private(set) var losses: [Float]
  /// The probability of the class that is predicted, for every target that counts; empty where nobody says.
  public private(set) var confidences: [Float] = []
  /// Over all targets, added batch by batch.
  public private(set) var sums = LossSums()
  /// For every item the text that a decoder wrote, ids of the targets' vocabulary without the end; nil where nobody looked. Empty where no
  /// text comes out.
  public private(set) var texts: [[Int32]?] = []

  /// Stands where nobody looked.
  public static let absent = Int32.min

  /// None is predicted yet.
  public init(of targets: Targets) {
    let count = targets.count
    self.targets = targets
    classes = [Int32](repeating: Predictions.absent, count: targets.width == 0 ? count : 0)
    numbers = [Float](repeating: .nan, count: count * targets.width)
    losses = [Float](repeating: 0, count: count)
  }

  /// Classes that did not come from a network.
  public init(classes: [Int32], of targets: Targets) {
    self.init(of: targets)
    self.classes = classes
  }

  /// Numbers that did not come from a network.
  public init(numbers: [Float], of targets: Targets) {
    self.init(of: targets)
    self.numbers = numbers
  }

  /// Texts that did not come from a network, one an item.
  public init(texts: [[Int32]], of targets: Targets) {
    self.init(of: targets)
    self.texts = texts
  }

  /// - Parameter written: one for every sequence of the batch, in its order.
  mutating func add(_ batch: Batch, texts written: [[Int32]]) {
    if texts.isEmpty { texts = [[Int32]?](repeating: nil, count: targets.itemStarts.count) }
    // The rows of the first step are the sequences.
    for (position, text) in zip(batch.positions, written) { texts[targets.item(of: Int(position))] = text }
  }

  mutating func add(_ batch: Batch, _ prediction: Prediction) {
    sums += prediction.sums
    let (width, isSure) = (targets.width, !prediction.confidences.isEmpty)
    if isSure, confidences.isEmpty { confidences = [Float](repeating: 0, count: targets.count) }
    for (index, position) in batch.positions.enumerated() {
      losses[Int(position)] = prediction.losses[index]
      if isSure { confidences[Int(position)] = prediction.confidences[index] }
      if width == 0 { classes[Int(position)] = prediction.classes[index] }
      for k in 0..<width { numbers[Int(position) * width + k] = prediction.numbers[index * width + k] }
    }
  }

  /// Whether the text of an item is one that is right; nil where nobody looked, and where its source came before.
  func isExact(_ item: Int) -> Bool? {
    guard texts.indices.contains(item), let text = texts[item] else { return nil }
    guard !targets.alternatives[item].isEmpty else { return nil }
    return targets.alternatives[item].contains { targets.text($0) == text[...] }
  }

  /// How every item did: of one whose text was written all targets are right where it is one that is right, and never all otherwise; one
  /// whose source came before has its place, with nothing in it.
  public func items() -> ItemScores {
    var scores = ItemScores(count: targets.itemStarts.count, counted: targets.width == 0)
    for (item, positions) in targets.items.enumerated() where texts.isEmpty || !targets.alternatives[item].isEmpty {
      for position in positions {
        guard let isRight = isRight(position) else { continue }
        scores.add(to: item, isRight: isRight, loss: Double(losses[position]))
      }
      guard let isExact = isExact(item), let right = scores.right?[item] else { continue }
      scores.right?[item] = isExact ? scores.weights[item] : min(right, scores.weights[item] - 1)
    }
    scores.chooseParts()
    return scores
  }

  /// Nil where nothing is asked for, or nobody looked; numbers are never right.
  func isRight(_ position: Int) -> Bool? {
    let width = targets.width
    guard width == 0 else {
      return (position * width..<(position + 1) * width).contains(where: isCounted) ? false : nil
    }
    let (truth, said) = (targets.classes[position], classes[position])
    return truth == Targets.notAsked || said == Predictions.absent ? nil : truth == said
  }

  private func isCounted(_ index: Int) -> Bool { !targets.numbers[index].isNaN && !numbers[index].isNaN }

  /// Every class that is asked for and was predicted: where its target stands, what is true, what was said.
  public func each(_ body: (_ position: Int, _ truth: Int32, _ predicted: Int32) -> Void) {
    for position in classes.indices where targets.classes[position] != Targets.notAsked {
      guard classes[position] != Predictions.absent else { continue }
      body(position, targets.classes[position], classes[position])
    }
  }

  /// The same of numbers, K for every target, by their index in `numbers`.
  public func eachNumber(_ body: (_ index: Int, _ truth: Float, _ said: Float) -> Void) {
    for index in numbers.indices where isCounted(index) { body(index, targets.numbers[index], numbers[index]) }
  }
}

/// What was predicted of a split as it is kept and read, target by target in the order of the data.
public enum Answers: Equatable, Sendable {
  /// A class for every target; of many yes or no 1 or 0 for each of them.
  case classes([Int32])
  /// K for every target, in the units of the data.
  case numbers([Float])
  /// For every item a text: ids of the targets' vocabulary, without the end.
  case texts([[Int32]])
}
