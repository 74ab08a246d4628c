import Foundation
import Testing
import UnrollChecks
import UnrollTraining

/// Agreement with float64 reference cases.
@Suite struct ReferenceCaseTests {
  static let folder = Bundle.module.resourceURL!.appendingPathComponent("Cases").path
  /// Every case must be supported, and pass.
  static let required: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(12)) }.sorted()
  }()
  static let tolerance = 2e-5

  private static let results = Result { try Parity.run(folder: folder) }

  @Test(arguments: required)
  func agrees(_ name: String) throws {
    let result = try #require(try Self.results.get().first { $0.name == name })
    #expect(!result.comparisons.isEmpty, "\(result.operation) is not supported")
    for comparison in result.comparisons {
      #expect(comparison.error <= Self.tolerance, "\(name): \(comparison.tensor)")
    }
  }

  @Test func noCaseIsLost() {
    #expect(Self.required.count >= 80, "cases that were there are gone")
  }
}
