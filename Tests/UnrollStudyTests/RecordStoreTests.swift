import Testing
import UnrollCore

@testable import UnrollStudy

/// Records on disk.
@Suite struct RecordStoreTests {
  @Test func whatIsWrittenIsRead() throws {
    try ReportFiles.inFolder { folder in
      let store = RecordStore(folder: "\(folder)/records")
      let records = Synthetic.two.map { record in
        var record = record
        record.settings = .table(["rate": .number(0.5), "width": .integer(8)])
        return record
      }
      for record in records { try store.write(record) }
      #expect(try records.map { try store.read($0.identity) } == records)
      #expect(store.contains(records[0].identity) && !store.contains("none"))
      #expect(try Files.list(store.folder).count == 6)
    }
  }

  @Test func divergedNumbersSurvive() throws {
    try ReportFiles.inFolder { folder in
      var record = Synthetic.lost(Synthetic.two[0], .diverged, "not finite")
      record.curve[7] = Synthetic.point(epoch: 8, loss: .nan, development: ["accuracy": .infinity])
      let store = RecordStore(folder: folder)
      try store.write(record)
      let read = try store.read(record.identity)
      #expect(read.curve[7].trainingLoss.isNaN)
      #expect(read.curve[7].development["accuracy"] == .infinity)
    }
  }

  @Test func otherFilesAreErrorsWithTheirName() throws {
    try ReportFiles.inFolder { folder in
      let store = RecordStore(folder: folder)
      for text in ["{", "{\"format\": 1}", "{\"format\": 99}"] {
        try Files.write(text, to: store.path(of: "bad"))
        let error = #expect(throws: InputError.self) { try store.read("bad") }
        #expect(error?.file == "\(folder)/bad.json")
      }
    }
  }

  @Test func unknownWordsAreSaid() throws {
    try ReportFiles.inFolder { folder in
      let store = RecordStore(folder: folder)
      let (record, path) = (Synthetic.two[0], store.path(of: Synthetic.two[0].identity))
      let text = String(decoding: try record.json(pretty: true), as: UTF8.self)
      for (known, unknown, keys) in [
        ("\"percent\"", "\"furlong\"", "metrics.0.unit"), ("\"finished\"", "\"well\"", "status"),
      ] {
        try Files.write(text.replacing(known, with: unknown), to: path)
        let error = #expect(throws: InputError.self) { try store.read(record.identity) }
        #expect(
          error?.message.contains("(\(keys) has a value that it cannot have)") == true, "\(error?.message ?? "")")
      }
    }
  }

  /// What stands in a record of each kind, as it is written.
  @Test func theLayoutOfRecordsStays() throws {
    let text = String(decoding: try Synthetic.two[0].json(pretty: true), as: UTF8.self)
    for piece in [
      """
        "groups" : [
          {
            "count" : 40000,
            "learningRateFactor" : 1,
            "name" : "matrices",
            "weightDecay" : true
          }
        ],
      """,
      """
        "metrics" : [
          {
            "higherIsBetter" : true,
            "name" : "accuracy",
            "unit" : "percent"
          }
        ],
      """,
      """
        "scores" : {
          "test" : {
            "accuracy" : 0.942
          }
        },
      """,
      """
          "sizes" : {
            "development" : 1500,
            "test" : 1600,
            "train" : 12000
          },
      """,
    ] { #expect(text.contains(piece), "\(text)") }
  }
}

/// Records and their names.
@Suite struct RecordNameTests {
  /// A record that was copied over another is not the other's.
  @Test func aRecordIsTheOneItsNameSays() throws {
    try ReportFiles.inFolder { folder in
      let store = RecordStore(folder: folder)
      let (mine, other) = (Synthetic.two[0], Synthetic.two[1].identity)
      try store.write(mine)
      try Files.write(try Files.read(store.path(of: mine.identity)), to: store.path(of: other))
      let error = #expect(throws: InputError.self) { try store.read(other) }
      #expect(error?.description.hasPrefix("\(folder)/\(other).json: is the record of another run") == true)
    }
  }

  @Test(arguments: ["../owned", "/tmp/owned", "", ".", "a/b", "a\0b"])
  func nothingIsWrittenOutside(_ identity: String) throws {
    try ReportFiles.inFolder { folder in
      let store = RecordStore(folder: "\(folder)/records")
      var record = Synthetic.two[0]
      record.identity = identity
      #expect(throws: InputError.self) { try store.write(record) }
      #expect(!store.contains(identity))
      #expect(throws: InputError.self) { try store.read(identity) }
      #expect(!Files.exists(store.folder))
    }
  }
}
