import CLibrary
import Testing
import UnrollCore

@testable import UnrollStudy

/// Folders remember whose they are.
@Suite struct FolderOwnerTests {
  private func folder(_ root: String, _ study: String, records: String? = nil) -> RunFolder {
    RunFolder(
      study: StudyFile.name(of: study), reports: "\(root)/Reports", records: records.map { "\(root)/\($0)" },
      file: "\(root)/\(study)")
  }

  private func inFolder(_ body: (String) throws -> Void) throws {
    try ReportFiles.inFolder { root in
      for study in ["a/st.yaml", "b/st.yaml", "other.yaml"] { try Files.write("x", to: "\(root)/\(study)") }
      try body(root)
    }
  }

  @Test func anotherStudyOfTheSameNameIsRefused() throws {
    try inFolder { root in
      let mine = folder(root, "a/st.yaml")
      try mine.write(grid: [], notes: "mine")
      try mine.refuseOther()
      for other in [folder(root, "b/st.yaml"), folder(root, "b/st.yaml", records: "elsewhere")] {
        #expect { try other.refuseOther() } throws: { error in
          "\(error)".hasPrefix("\(root)/Reports/st: the folder belongs to another study, ")
            && "\(error)".contains("/a/st.yaml; name another one with --reports or --records")
        }
        #expect(throws: InputError.self) { try other.write(grid: ["x"], notes: "theirs") }
      }
      #expect(try mine.current().notes == "mine")
    }
  }

  @Test func sharedRecordsAreRefused() throws {
    try inFolder { root in
      try folder(root, "a/st.yaml", records: "records").write(grid: [], notes: "")
      #expect(throws: InputError.self) { try folder(root, "other.yaml", records: "records").refuseOther() }
      try folder(root, "other.yaml").refuseOther()
    }
  }

  /// The way is relative: the whole may be moved, and a study that is no longer where it was has no claim.
  @Test func movedStudiesKeepTheirFolders() throws {
    try inFolder { root in
      try folder(root, "a/st.yaml").write(grid: [], notes: "")
      #expect(try Files.read("\(root)/Reports/st/study.txt") == Array("../../a/st.yaml\n".utf8))
      try Files.write("x", to: "\(root)/copy/Reports/st/study.txt")
      try folder("\(root)/copy", "b/st.yaml").refuseOther()
      unlink("\(root)/a/st.yaml")
      try folder(root, "b/st.yaml").write(grid: [], notes: "")
      #expect(try Files.read("\(root)/Reports/st/study.txt") == Array("../../b/st.yaml\n".utf8))
    }
  }

  @Test func namesAreThoseOfFiles() {
    #expect(StudyFile.name(of: "a/lstm.v1.yaml") == "lstm.v1")
    #expect(StudyFile.name(of: String(repeating: "n", count: 240) + ".yaml").utf8.count <= Files.longestName)
  }
}
