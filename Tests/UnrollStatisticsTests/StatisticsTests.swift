import Testing
import UnrollStatistics

/// Values worked out by hand or read from printed tables.
@Suite struct StatisticsTests {
  @Test func meanAndDeviation() {
    #expect(abs(Statistics.mean([0.942, 0.941, 0.943]) - 0.942) < 1e-12)
    #expect(abs(Statistics.standardDeviation([0.942, 0.941, 0.943])! - 0.001) < 1e-12)
    #expect(Statistics.standardDeviation([0.5]) == nil)
  }

  @Test func quantilesInterpolate() {
    #expect(Statistics.quantile([4, 1, 3, 2], 0.5) == 2.5)
    #expect(Statistics.quantile([4, 1, 3, 2], 0) == 1)
    #expect(Statistics.quantile([4, 1, 3, 2], 1) == 4)
  }
}
