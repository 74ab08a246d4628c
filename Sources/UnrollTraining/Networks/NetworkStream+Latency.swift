import UnrollCore
import UnrollData

extension NetworkStream {
  private static let (blockSteps, fewestBlocks) = (16, 3)

  /// Microseconds of a step: the least mean of blocks of steps over some milliseconds, so that what else the machine does counts little.
  ///
  /// - Parameter data: what the network was made for: `<unk>`, or the first row of the test split, is read again and again.
  public func stepMicroseconds(_ data: EncodedData) -> Double {
    let numbers = data.firstNumbers
    var (blocks, least) = (0, Duration.seconds(3600))
    let start = ContinuousClock.now
    while blocks < NetworkStream.fewestBlocks || ContinuousClock.now - start < .milliseconds(5) {
      let time = ContinuousClock().measure {
        for _ in 0..<NetworkStream.blockSteps {
          if numbers.isEmpty { step([Vocabulary.unknownID]) } else { step(numbers: numbers) }
        }
      }
      (blocks, least) = (blocks + 1, min(least, time))
    }
    return (least.seconds * 1e9 / Double(NetworkStream.blockSteps)).rounded() / 1e3
  }
}

extension EncodedData {
  /// The first row of the test split of a series; empty of words.
  fileprivate var firstNumbers: [Float] {
    guard case .sequences(let splits) = corpus, let sequence = splits.test.first else { return [] }
    return Array(sequence.numbers.prefix(sequence.numbers.count / max(1, sequence.tokens.count)))
  }
}
