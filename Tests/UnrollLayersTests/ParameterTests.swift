import Testing
import UnrollCore
import UnrollKernels
import UnrollLayers

@Suite struct ParameterTests {
  @Test func addingOneLeavesTheOthersAsTheyWere() {
    let (alone, first) = (
      ParameterBuilder(random: RandomSource(seed: 4)), ParameterBuilder(random: RandomSource(seed: 4))
    )
    _ = Linear(3, 2, alone.scope("head"))
    _ = Linear(5, 4, first.scope("new"))
    _ = Linear(3, 2, first.scope("head"))
    let (a, b) = (Parameters(alone), Parameters(first))
    #expect(a.tensors["head.weight"] == b.tensors["head.weight"])
    #expect(a.tensors["head.weight"] != nil)
  }

  @Test func rangesOfGroupsCoverTheSlab() {
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let slow = ParameterGroup(name: "slow", learningRateFactor: 0.1, weightDecay: false)
    for (name, group) in [("a", ParameterGroup.standard), ("b", slow), ("c", slow), ("d", .standard)] {
      _ = builder.add(name, [3], .constant(0), group: group)
    }
    let parameters = Parameters(builder)
    #expect(parameters.ranges(ofGroup: 0) == [0..<3, 9..<12])
    #expect(parameters.ranges(ofGroup: 1) == [3..<9])
  }

  @Test func orthogonalRowsAreOrthonormal() {
    let builder = ParameterBuilder(random: RandomSource(seed: 2))
    let parameter = builder.add("w", [12, 6], .orthogonal(gates: 2))
    let parameters = Parameters(builder)
    let w = parameters.value(parameter)
    for gate in [0..<6, 6..<12] {
      for i in gate {
        for j in gate {
          let expected = i == j ? 1.0 : 0
          #expect(abs(Kernels.dot(w.rows(i..<i + 1), w.rows(j..<j + 1)) - expected) < 1e-6)
        }
      }
    }
  }
}
