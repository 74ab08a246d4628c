import TestSupport
import Testing
import UnrollCore
import UnrollLayers

@testable import UnrollChecks
@testable import UnrollTraining

/// A damaged reference case is a sentence, or a comparison that fails: never a trap.
@Suite struct DamagedCaseTests {
  /// Every tensor of every case: gone, of another shape, and with a value that it should not have.
  @Test(arguments: ReferenceCaseTests.required)
  func everyTensor(_ name: String) throws {
    let file = "\(ReferenceCaseTests.folder)/\(name).safetensors"
    let whole = try SafeTensors(contentsOf: file)
    for (name, tensor) in whole.tensors.sorted(by: { $0.key < $1.key }) {
      var values = tensor.values
      if !values.isEmpty { values[values.count / 2] = .nan }
      var huge = tensor.values.map { $0 * 1e30 }
      if !huge.isEmpty { huge[0] = -3e38 }
      let others =
        [
          nil, .init([], [1]), .init([0], []), .init([tensor.values.count], tensor.values), .init(tensor.shape, values),
          .init(tensor.shape.reversed(), tensor.values), .init(tensor.shape + [1], tensor.values),
          .init(tensor.shape, huge),
          .init(tensor.shape.map { $0 + 1 }, .init(repeating: 1, count: grown(tensor.shape))),
        ] as [SafeTensors.Tensor?]
      for other in others {
        var damaged = whole
        damaged.tensors[name] = other
        expectNoTrap(damaged)
      }
    }
  }

  /// Every word of the metadata: gone, or another.
  @Test(arguments: ReferenceCaseTests.required)
  func everyWord(_ name: String) throws {
    let whole = try SafeTensors(contentsOf: "\(ReferenceCaseTests.folder)/\(name).safetensors")
    for key in whole.metadata.keys.sorted() {
      for word in [nil, "", "-1", "nan", "1e300", "=", "width", "width=65536 layers=64", "context=1000000", "lstm"] {
        var damaged = whole
        damaged.metadata[key] = word
        expectNoTrap(damaged)
      }
    }
  }

  @Test func eachFileIsOneSentence() throws {
    let good = try Files.read("\(ReferenceCaseTests.folder)/rnn.safetensors")
    let scratch = try Scratch().write("a.safetensors", bytes: good)
    try scratch.write("b.safetensors", bytes: Array(good.prefix(100))).write("c.safetensors", bytes: [])
    let (folder, results) = (scratch.path, try Parity.run(folder: scratch.path))
    #expect(
      results.map(\.complaint) == [
        nil, "\(folder)/b.safetensors: is not a safetensors file: its header cannot be read",
        "\(folder)/c.safetensors: is not a safetensors file: it is shorter than 8 bytes",
      ])
    #expect(results.map { $0.passes(1) } == [true, false, false])
  }

  private func grown(_ shape: [Int]) -> Int { shape.reduce(1) { $0 * ($1 + 1) } }

  private func expectNoTrap(_ damaged: SafeTensors) {
    do { _ = try Parity.compare(ReferenceCase(damaged, file: "damaged")) } catch {
      #expect(error is InputError)
    }
  }
}
