import Testing
import UnrollTraining

@testable import UnrollStudy

/// Numbers, Markdown and tables as text.
@Suite struct TextTests {
  @Test func digits() {
    #expect(Digits.fixed(12345.678, 2) == "12,345.68")
    #expect(Digits.fixed(-0.004, 2) == "0.00")
    #expect(Digits.fixed(-1.5, 1) == "−1.5")
    #expect(Digits.fixed(.infinity, 1) == "∞")
    #expect(Digits.whole(-1_234_567) == "−1,234,567")
    #expect(Digits.significant(12345, 3) == "12,300")
    #expect(Digits.significant(0.012345, 3) == "0.0123")
    #expect(Digits.rounded(12355, -1) == "12,360")
    #expect(Digits.exponent(1000) == 3)
    #expect(Digits.exponent(0.001) == -3)
    #expect(Digits.short(1500) == "1.5k")
    #expect(Digits.probability(0.03) == "0.030" && Digits.probability(0.0004) == "< 0.001")
    #expect(Digits.pValue(0.288) == "p = 0.29" && Digits.pValue(0.0004) == "p < 0.001")
  }

  /// What commands print of a single score: four digits, whatever its size.
  @Test func scoresOfAnySize() {
    #expect(Metric.meanSquaredError.text(0.00031) == "0.0003100" && Metric.perplexity.text(1234.5) == "1,234")
    #expect(Metric.nats.text(1.23456) == "1.235" && Metric.accuracy.text(0.98765) == "98.77 %")
  }

  @Test func samples() {
    #expect(Sample([0.942, 0.941, 0.943])!.text(scale: 100, decimals: 2) == "94.20 ± 0.10 (3)")
    #expect(Sample([0.942])!.text(scale: 100, decimals: 2) == "94.20 (n = 1)")
    #expect(Sample([12_000, 13_000])!.costText == "12,500 ± 710 (2)")
    #expect(Sample([12_345])!.costText == "12,300 (n = 1)")
    #expect(Sample([]) == nil && Sample([0.9, .nan]) == nil)
  }

  /// The decimals of a column follow the smallest spread.
  @Test func decimals() {
    func decimals(_ metric: Metric, _ samples: [Double]...) -> Int {
      ScoreText(metric, samples.map { Sample($0)! }).decimals
    }
    #expect(decimals(.perplexity, [100, 110], [200, 201]) == 2)
    #expect(decimals(.perplexity, [100, 110]) == 1)
    #expect(decimals(.perplexity, [705]) == 1 && decimals(.perplexity, [1.5]) == 3)
    // Small errors keep four digits.
    #expect(decimals(.meanSquaredError, [0.00005123, 0.00005139]) == 8 && decimals(.nats, [1.5, 1.5000001]) == 4)
    #expect(decimals(.meanSquaredError, [0.00012, 0.00012000001]) == 7)
    #expect(decimals(.accuracy, [0.90, 0.95]) == 1)
    #expect(decimals(.accuracy, [0.9]) == 2)
  }

  /// 0.99, 1 and 1: 99.67 ± 0.58, and half an interval of 1.43.
  @Test func intervalsOfSharesEndAtTheWhole() throws {
    func interval(_ metric: Metric, _ values: [Double]) throws -> String? {
      let ranking = try StudyResults(seeds("a", values, metric), study: "demo").tasks[0].rankings[0]
      return ranking.standings[0].interval.map(ranking.text.interval)
    }
    #expect(try interval(.accuracy, [0.99, 1, 1]) == "98.23 to 100.00")
    #expect(try interval(.accuracy, [0, 0, 0.01]) == "0.00 to 1.77")
    #expect(try interval(.perplexity, [99, 100, 100]) == "98.23 to 101.10")
    #expect(try interval(.accuracy, [0.9]) == nil)
  }

  @Test func escapes() {
    #expect(Markdown.escape("a*b_c<d>\ne") == "a\\*b\\_c&lt;d> e")
    #expect(Markdown.code("x") == "`x`")
    #expect(Markdown.code("a`b") == "`` a`b ``")
    #expect(Markdown.list(["a", "b", "c"]) == "a, b and c")
    #expect(Markdown.slug("Next word (v2)!") == "next-word-v2")
    #expect(Markdown.address("a b/c.svg") == "a%20b/c.svg")
    #expect(Markdown.address("it's (1)\n<é>/c-1_2.svg") == "it%27s%20%281%29%0A%3Cé%3E/c-1_2.svg")
  }

  @Test func tables() {
    var table = MarkdownTable([("name", .left), ("n", .right)])
    table.add(["a|b", "1"])
    table.add(["two\nlines", "1,000"])
    #expect(
      table.text == """
        | name      |     n |
        | --------- | ----: |
        | a\\|b      |     1 |
        | two lines | 1,000 |
        """)
  }
}
