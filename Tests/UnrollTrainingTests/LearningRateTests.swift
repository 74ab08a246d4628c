import Testing

@testable import UnrollTraining

/// The learning rate of every step.
@Suite struct LearningRateTests {
  @Test func warmUpIsLinear() {
    var options = options(.constant)
    options.warmup = 4
    let rate = LearningRate(options, totalSteps: 10)
    #expect((0..<6).map(rate.rate) == [0.5, 1, 1.5, 2, 2, 2])
  }

  @Test func cosineEndsNearZero() {
    var options = options(.cosine)
    options.warmup = 10
    let rate = LearningRate(options, totalSteps: 110)
    #expect(rate.rate(10) == 2)
    #expect(abs(rate.rate(60) - 1) < 1e-12)
    #expect(rate.rate(109) < 2 * 0.001 && rate.rate(109) > 0)
    #expect(rate.rate(110) == 0 && rate.rate(500) == 0)
    #expect((10..<109).allSatisfy { rate.rate($0) > rate.rate($0 + 1) })
  }

  @Test func plateauHalvesAfterItsPatience() {
    var options = options(.plateau)
    options.plateauPatience = 1
    var rate = LearningRate(options, totalSteps: 10)
    let rates = [true, false, false, false, true, false, false].map { improved in
      rate.evaluated(improved: improved)
      return rate.rate(3)
    }
    #expect(rates == [2, 2, 1, 1, 1, 1, 0.5])
  }

  @Test func othersDoNotMindStalling() {
    for schedule in [TrainingOptions.Schedule.constant, .cosine] {
      var rate = LearningRate(options(schedule), totalSteps: 10)
      let before = rate.rate(3)
      for _ in 0..<5 { rate.evaluated(improved: false) }
      #expect(rate.rate(3) == before)
    }
  }

  private func options(_ schedule: TrainingOptions.Schedule) -> TrainingOptions {
    var options = TrainingOptions()
    options.schedule = schedule
    options.optimiser.learningRate = 2
    return options
  }
}
