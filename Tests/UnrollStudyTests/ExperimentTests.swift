import Testing
import UnrollCore

@testable import UnrollStudy

/// The studies that are committed, up to their data.
@Suite struct ExperimentTests {
  @Test func everyExperimentIsAStudy() throws {
    let folder = Files.parent(of: #filePath) + "/../../Experiments"
    let studies = try Files.list(folder).map { try StudyFile(path: "\(folder)/\($0)") }
    #expect(Set(studies.map(\.name)).isSuperset(of: ["embeddings", "memory", "quick", "tiny"]))
    for study in studies {
      #expect(!study.cells().isEmpty && study.question.hasSuffix("?"), "\(study.name)")
      let candidates = Set(study.cells().compactMap(\.cell.candidate))
      let expected = ["entailment": 4, "acceptors": 2][study.name] ?? 0
      #expect(candidates.count == expected, "\(study.name): its lists are its question")
    }
  }

  @Test func embeddings() throws {
    let study = try StudyFile(path: Files.parent(of: #filePath) + "/../../Experiments/embeddings.yaml")
    let backends = ["gru", "s4d"].flatMap { name in ["0.125", "0.4", "1"].map { "\(name) embedding_init=\($0)" } }
    #expect(Set(study.cells().map(\.cell.backend)) == Set(backends))
    #expect(study.cells().count == 6 * backends.count * 5)
  }
}
