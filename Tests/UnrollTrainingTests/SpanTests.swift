import Foundation
import Testing
import UnrollCore
import UnrollTraining

/// Spans of labels, and their scores beside those of `seqeval` and `conlleval` (`scripts/reference/spans.py`).
@Suite struct SpanTests {
  private func tags(_ labels: String) -> [SpanTag] { labels.split(separator: " ").map { SpanTag(String($0))! } }

  @Test func labelsTakenApart() {
    #expect(SpanTag("B-LOC-X")?.type == "LOC-X" && SpanTag("O")?.prefix == .outside && SpanTag("I")?.type == "_")
    for broken in ["", "B-", "OUT", "O-A", "BPER", "X-PER", "B_PER", "b-PER"] { #expect(SpanTag(broken) == nil) }
  }

  @Test func brokenLabels() {
    let labels = tags("I-A I-B O B-A I-A B-A")
    #expect(labels.spans(.bio) == [Span("A", 0...0), Span("B", 1...1), Span("A", 3...4), Span("A", 5...5)])
    #expect(labels.spans(.bio, .strict) == [Span("A", 3...4), Span("A", 5...5)])
    #expect(tags("B-A I-A O S-A B-A E-A").spans(.bioes, .strict) == [Span("A", 3...3), Span("A", 4...5)])
    #expect(tags("B I I O B").spans(.bio) == [Span("_", 0...2), Span("_", 4...4)])
  }

  @Test func schemeOfLabels() {
    func scheme(_ labels: String, _ sequences: [Int32]...) -> SpanScheme? {
      SpanScheme(labels: labels.split(separator: " ").map(String.init), training: sequences)
    }
    #expect(scheme("O B-A I-A", [0, 1, 2]) == .bio)
    #expect(scheme("O B-A I-A", [0, 2, 1]) == .iob1)
    // A slip among many, and a step without a label.
    #expect(scheme("O B-A I-A", [0, 2], [1, 2, 0, 1], [0, 1]) == .bio)
    #expect(scheme("O B-A I-A", [0, -100, 2], [0, 2]) == .iob1)
    #expect(scheme("O I-A", [0, 1]) == .iob1)
    #expect(scheme("O B-A I-A E-A S-A") == .bioes)
    #expect(scheme("O B I", [1, 2, 0]) == .bio)
    for other in ["NOUN O", "O", "B-A I-A", "O S", "O B-A X"] { #expect(scheme(other) == nil) }
  }

  private func all(_ scheme: SpanScheme) -> [SpanTag] {
    let prefixes = scheme == .bioes ? ["B", "I", "E", "S"] : ["B", "I"]
    return tags("O " + prefixes.map { "\($0)-A \($0)-C" }.joined(separator: " "))
  }

  /// Whole sequences that the rules allow hold no broken span: both readings find the same.
  @Test(arguments: SpanScheme.allCases) func allowedSequencesHaveNoBrokenSpan(_ scheme: SpanScheme) {
    let (all, rules) = (all(scheme), SpanRules(scheme, all(scheme)))
    let n = all.count
    var allowed = 0
    for code in 0..<n * n * n * n {
      let ids = [code % n, code / n % n, code / n / n % n, code / n / n / n]
      guard rules.starts[ids[0]], rules.ends[ids[3]] else { continue }
      guard zip(ids, ids.dropFirst()).allSatisfy({ rules.transitions[$0 * n + $1] }) else { continue }
      allowed += 1
      let labels = ids.map { all[$0] }
      #expect(labels.spans(scheme) == labels.spans(scheme, .strict), "\(labels)")
    }
    #expect(allowed > 50)
  }

  @Test func rulesByHand() {
    let rules = SpanRules(.bioes, tags("O B-A I-A E-A S-A B-C"))
    #expect(rules.starts == [true, true, false, false, true, true])
    #expect(rules.ends == [true, false, false, true, true, false])
    #expect(
      rules.transitions.prefix(12) == [true, true, false, false, true, true, false, false, true, true, false, false])
    let bio = SpanRules(.bio, tags("O B-A I-A I-C"))
    #expect(bio.starts == [true, true, false, false] && !bio.ends.contains(false))
    #expect(bio.transitions[4..<8] == [true, true, true, false] && bio.transitions[2] == false)
    let iob1 = SpanRules(.iob1, tags("O B-A I-A I-C"))
    #expect(
      iob1.starts == [true, false, true, true]
        && iob1.transitions[8..<16] == [true, true, true, true, true, false, true, true])
  }

  @Test func nothingThere() {
    var counts = SpanCounts()
    counts.add(truth: [], predicted: [])
    #expect(counts.byType.isEmpty && counts.all.precision == 0 && counts.all.recall == 0 && counts.all.f1 == 0)
  }

  @Test func asSeqevalAndConlleval() throws {
    let cases = try SpanCase.all()
    #expect(cases.count > 70)
    for item in cases {
      for reading in SpanReading.allCases {
        #expect(item.predicted.map { $0.spans(item.scheme, reading) } == item.spans[reading])
        var counts = SpanCounts()
        for (truth, predicted) in zip(item.truth, item.predicted) {
          counts.add(truth: truth.spans(item.scheme, reading), predicted: predicted.spans(item.scheme, reading))
        }
        let scores = try #require(item.seqeval[reading])
        for (type, expected) in scores {
          let own = type == "all" ? counts.all : counts.byType[type] ?? SpanCounts.Counts()
          let ours = [own.precision, own.recall, own.f1, Double(own.truths)]
          #expect(zip(ours, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(type): \(ours), not \(expected): \(item)")
        }
        #expect(Set(counts.byType.keys).isSubset(of: scores.keys))
        guard reading == .lenient else { continue }
        for (type, expected) in item.conlleval {
          let own = counts.byType[type] ?? SpanCounts.Counts()
          #expect([own.truths, own.predictions, own.hits] == expected, "\(type): \(item)")
        }
      }
    }
  }
}

/// Labels and what others make of them.
private struct SpanCase {
  let scheme: SpanScheme
  let truth: [[SpanTag]]
  let predicted: [[SpanTag]]
  /// Of what is predicted.
  let spans: [SpanReading: [[Span]]]
  /// By type, or `all`: precision, recall, F1, truths.
  let seqeval: [SpanReading: [String: [Double]]]
  /// By type: truths, predictions, hits.
  let conlleval: [String: [Int]]

  static func all() throws -> [SpanCase] {
    let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/spans.json")
    let entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: file))
    return try entries.map { entry in
      func tags(_ sequences: [[String]]) -> [[SpanTag]] { sequences.map { $0.map { SpanTag($0)! } } }
      func spans(_ found: [[Triple]]) -> [[Span]] { found.map { $0.map { Span($0.type, $0.first...$0.last) } } }
      return SpanCase(
        scheme: try #require(SpanScheme(rawValue: entry.scheme)), truth: tags(entry.truth),
        predicted: tags(entry.predicted),
        spans: [.lenient: spans(entry.lenientSpans), .strict: spans(entry.strictSpans)],
        seqeval: [.lenient: entry.lenient, .strict: entry.strict], conlleval: entry.conlleval)
    }
  }

  private struct Entry: Decodable {
    let scheme: String
    let truth: [[String]]
    let predicted: [[String]]
    let lenient: [String: [Double]]
    let strict: [String: [Double]]
    let lenientSpans: [[Triple]]
    let strictSpans: [[Triple]]
    let conlleval: [String: [Int]]

    enum CodingKeys: String, CodingKey {
      case scheme, truth, predicted, lenient, strict, conlleval
      case lenientSpans = "lenient spans"
      case strictSpans = "strict spans"
    }
  }

  private struct Triple: Decodable {
    let type: String
    let first: Int
    let last: Int

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      (type, first, last) = (try list.decode(String.self), try list.decode(Int.self), try list.decode(Int.self))
    }
  }
}
