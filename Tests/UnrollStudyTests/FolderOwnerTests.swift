import Testing
import UnrollCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@testable import UnrollStudy

/// Folders remember whose they are.
@Suite struct FolderOwnerTests {
  private func folder(_ place: String, _ study: String, records: String? = nil) -> RunFolder {
    RunFolder(
      study: StudyFile.name(of: study), reports: "\(place)/Reports", records: records.map { "\(place)/\($0)" },
      file: "\(place)/\(study)")
  }

  private func inFolder(_ body: (String) throws -> Void) throws {
    try ReportFiles.inFolder { place in
      for study in ["a/st.yaml", "b/st.yaml", "other.yaml"] { try Files.write("x", to: "\(place)/\(study)") }
      try body(place)
    }
  }

  @Test func anotherStudyOfTheSameNameIsRefused() throws {
    try inFolder { place in
      let mine = folder(place, "a/st.yaml")
      try mine.write(grid: [], notes: "mine")
      try mine.refuseOther()
      for other in [folder(place, "b/st.yaml"), folder(place, "b/st.yaml", records: "elsewhere")] {
        #expect { try other.refuseOther() } throws: { error in
          "\(error)".hasPrefix("\(place)/Reports/st/records: the folder belongs to another study, ")
            && "\(error)".contains("/a/st.yaml; name another one with --reports or --records")
        }
        #expect(throws: InputError.self) { try other.write(grid: ["x"], notes: "theirs") }
      }
      #expect(try mine.notes() == "mine")
    }
  }

  @Test func sharedRecordsAreRefused() throws {
    try inFolder { place in
      try folder(place, "a/st.yaml", records: "records").write(grid: [], notes: "")
      #expect(throws: InputError.self) { try folder(place, "other.yaml", records: "records").refuseOther() }
      try folder(place, "other.yaml").refuseOther()
    }
  }

  /// The way is relative: the whole may be moved, and a study that is no longer where it was has no claim.
  @Test func movedStudiesKeepTheirFolders() throws {
    try inFolder { place in
      try folder(place, "a/st.yaml").write(grid: [], notes: "")
      #expect(try Files.read("\(place)/Reports/st/records/study.txt") == Array("../../../a/st.yaml\n".utf8))
      try Files.write("x", to: "\(place)/copy/Reports/st/records/study.txt")
      try folder("\(place)/copy", "b/st.yaml").refuseOther()
      unlink("\(place)/a/st.yaml")
      try folder(place, "b/st.yaml").write(grid: [], notes: "")
      #expect(try Files.read("\(place)/Reports/st/records/study.txt") == Array("../../../b/st.yaml\n".utf8))
    }
  }

  @Test func namesAreThoseOfFiles() {
    #expect(StudyFile.name(of: "a/lstm.v1.yaml") == "lstm.v1")
    #expect(StudyFile.name(of: String(repeating: "n", count: 240) + ".yaml").utf8.count <= Files.longestName)
  }
}
