import Testing
import UnrollCore
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// Batches of sequences.
@Suite struct SequenceBatcherTests {
  /// 230 sequences of lengths 1 to 9; the first token is the sequence's number.
  private let sequences: [EncodedSequence] = {
    var random = RandomSource(seed: 3)
    return (0..<230).map { number in
      let length = Int.random(in: 1...9, using: &random)
      let tokens = [Int32(number)] + (1..<length).map { Int32(1000 + $0) }
      return EncodedSequence(tokens: tokens, labels: tokens.map { $0 + 5000 }, seen: tokens.map { $0 % 2 == 0 })
    }
  }()
  private var batcher: SequenceBatcher { SequenceBatcher(sequences: sequences, perToken: true) }

  @Test func everySequenceOnceAnEpoch() {
    for batches in [
      batcher.ordered(7), batcher.shuffled(7, RandomSource(seed: 1)), batcher.shuffled(2, RandomSource(seed: 1)),
    ] {
      let found = batches.flatMap { batch in
        zip(batch.unpacked(batch.tokens), batch.unpacked(batch.targets)).map { (tokens: $0, targets: $1) }
      }.sorted { $0.tokens[0] < $1.tokens[0] }
      #expect(found.map(\.tokens) == sequences.map(\.tokens))
      #expect(found.map(\.targets) == sequences.map(\.labels))
    }
  }

  /// What is predicted for a target goes back to where it stands.
  @Test func positionsAreThoseOfTheSplit() {
    let labels = sequences.flatMap(\.labels)
    let batches = batcher.shuffled(7, RandomSource(seed: 2))
    for batch in batches { #expect(batch.positions.map { labels[Int($0)] } == batch.targets) }
    #expect(batches.flatMap(\.positions).sorted() == labels.indices.map { Int32($0) })
    let summaries = SequenceBatcher(sequences: sequences, perToken: false).shuffled(7, RandomSource(seed: 2))
    for batch in summaries { #expect(batch.positions.map { sequences[Int($0)].labels[0] } == batch.targets) }
    #expect(summaries.flatMap(\.positions).sorted() == sequences.indices.map { Int32($0) })
  }

  @Test func orderIsAFunctionOfTheSource() {
    let order = { (seed: UInt64) in batcher.shuffled(7, RandomSource(seed: seed)).map(\.tokens) }
    #expect(order(1) == order(1))
    #expect(order(1) != order(2))
  }

  /// Without padding, and of similar lengths: sorting 350 at a time leaves batches that span one length or two.
  @Test func batchesAreBucketed() {
    let batches = batcher.shuffled(7, RandomSource(seed: 1))
    for batch in batches {
      let lengths = batch.steps.lengths
      #expect(zip(lengths, lengths.dropFirst()).allSatisfy { $0 >= $1 })
      #expect(batch.tokens.count == lengths.reduce(0) { $0 + Int($1) })
      #expect(lengths.first! - lengths.last! <= 1)
    }
    let longest = batches.map { $0.steps.lengths[0] }
    #expect(longest != longest.sorted() && longest != longest.sorted(by: >), "long ones do not all come first")
  }

  @Test func aSummaryHasOneTargetASequence() {
    expectLabelsOfFirstTokens(SequenceBatcher(sequences: sequences, perToken: false).ordered(7))
  }

  @Test(arguments: [2, 3, 5, 7, 11])
  func shardsPartitionABatch(count: Int) {
    let whole = batcher.ordered(7)
    for batch in whole {
      let shards = batch.shards(count)
      #expect(shards.count == min(count, batch.steps.sequences))
      let key = { (batch: Batch) in
        zip(batch.unpacked(batch.tokens), batch.unpacked(batch.targets)).map { $0 + $1 }
      }
      let parts = shards.flatMap(key).sorted { $0[0] < $1[0] }
      #expect(parts == key(batch).sorted { $0[0] < $1[0] })
      let sizes = shards.map(\.steps.sequences)
      #expect(sizes.max()! - sizes.min()! <= 1)
      let labels = sequences.flatMap(\.labels)
      #expect(shards.allSatisfy { $0.positions.map { labels[Int($0)] } == $0.targets })
    }
  }

  @Test func shardsOfSummariesKeepTheirTargets() {
    let batches = SequenceBatcher(sequences: sequences, perToken: false).ordered(6)
    expectLabelsOfFirstTokens(batches.flatMap { $0.shards(4) })
  }

  private func expectLabelsOfFirstTokens(_ batches: [Batch]) {
    #expect(batches.flatMap(\.targets).count == sequences.count)
    for batch in batches { #expect(batch.targets == batch.unpacked(batch.tokens).map { $0[0] + 5000 }) }
  }
}

/// Batches of running text.
@Suite struct StreamBatcherTests {
  @Test(arguments: [(1, 5), (3, 5), (4, 7), (7, 1), (100, 3), (1, 1000)])
  func everyTokenButTheFirstIsPredictedOnce(columns: Int, chunk: Int) {
    let tokens = (0..<61).map { Int32($0) }
    let batches = StreamBatcher(tokens: tokens).batches(columns: columns, chunk: chunk)
    #expect(batches.flatMap(\.targets).sorted() == Array(tokens.dropFirst()))
    #expect(batches.allSatisfy { $0.targets == $0.tokens.map { $0 + 1 } })
    #expect(batches.allSatisfy { $0.steps.steps <= chunk && $0.steps.sequences <= columns })
    #expect(batches.map(\.continues) == batches.indices.map { $0 > 0 })
  }

  /// Column c of a chunk goes on where column c of the chunk before stopped.
  @Test func chunksGoOn() {
    let batches = StreamBatcher(tokens: (0..<61).map { Int32($0) }).batches(columns: 4, chunk: 7)
    #expect(batches.count == 3)
    for (before, after) in zip(batches, batches.dropFirst()) {
      for (old, new) in zip(before.unpacked(before.tokens), after.unpacked(after.tokens)) {
        #expect(new[0] == old.last! + 1)
      }
    }
  }

  @Test func aSingleTokenPredictsNothing() {
    #expect(StreamBatcher(tokens: [4]).batches(columns: 3, chunk: 5).isEmpty)
    #expect(StreamBatcher(tokens: []).batches(columns: 3, chunk: 5).isEmpty)
  }
}
