import Testing
import UnrollCore

@Suite struct ValueTests {
  private let value = Value.table([
    "on": .bool(true), "layers": .integer(2), "rate": .number(0.1), "name": .string("a/b \"c\" é"),
    "list": .list([.integer(-1), .number(2.5), .list([]), .table([:])]),
  ])

  @Test(arguments: [false, true])
  func jsonRoundTrip(_ pretty: Bool) throws {
    #expect(try Value(json: value.json(pretty: pretty)) == value)
  }

  @Test func equalValuesHaveEqualBytes() throws {
    let text = String(decoding: try Value.table(["b": .integer(1), "a": .string("x/y")]).json(), as: UTF8.self)
    #expect(text == #"{"a":"x/y","b":1}"#)
  }

  @Test func wholeNumbersAndTruthsStayWhatTheyAre() throws {
    #expect(
      try Value(json: Array("[1, 1.5, true, \"1\"]".utf8))
        == .list([.integer(1), .number(1.5), .bool(true), .string("1")]))
  }

  @Test func accessAndDescription() {
    #expect(value["layers"]?.integer == 2 && value["layers"]?.number == 2 && value["name"]?.integer == nil)
    #expect(value["missing"] == nil && Value.integer(1)["a"] == nil)
    #expect(
      Value.table(["b": .list([.integer(1), .bool(false)]), "a": .number(0.5)]).description == "{a: 0.5, b: [1, false]}"
    )
  }
}
