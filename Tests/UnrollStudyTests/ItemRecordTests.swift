import CLibrary
import Testing
import UnrollCore
import UnrollTraining

@testable import UnrollStudy

/// Whole numbers as text.
@Suite struct PackedNumbersTests {
  /// Worked out by hand: quotient in ones, a zero, the lower bits; six bits a character.
  @Test(
    arguments: [
      ([], "0 0 "), ([0], "1 0 A"), ([1, 0, 2], "3 0 m"), ([0, 0, 0, 0, 0, 0, 0], "7 0 AA"),
      // 10|01 10|11 110|00, and zeros.
      ([5, 7, 8], "3 2 m8A"),
    ] as [([Int], String)])
  func byHand(values: [Int], text: String) {
    #expect(PackedNumbers(values).text == text)
    #expect(PackedNumbers(text: text)?.values == values)
  }

  @Test func whatIsWrittenIsRead() {
    var random = RandomSource(seed: 3)
    for bits in [1, 3, 8, 20, 40, 62] {
      for count in [1, 2, 17, 400] {
        let values = (0..<count).map { _ in
          Int.random(in: 0..<(1 << bits), using: &random) >> Int.random(in: 0...bits, using: &random)
        }
        #expect(PackedNumbers(text: PackedNumbers(values).text)?.values == values)
      }
    }
    for values in [[Int.max], [0, Int.max, 0], [Int](repeating: Int.max, count: 9)] {
      #expect(PackedNumbers(text: PackedNumbers(values).text)?.values == values)
    }
  }

  /// Draws of a geometric distribution take less than 4 % more than their entropy.
  @Test(arguments: [0.02, 0.1, 0.5]) func isShort(p: Double) {
    var random = RandomSource(seed: 5)
    let values = (0..<20_000).map { _ in Int(log(Double.random(in: 0..<1, using: &random).nextUp) / log(1 - p)) }
    let entropy = (-p * log2(p) - (1 - p) * log2(1 - p)) / p
    let bits = Double(6 * PackedNumbers(values).text.utf8.count) / 20_000
    #expect(bits > entropy && bits < 1.04 * entropy + 0.01, "\(bits) for \(entropy)")
  }

  @Test(arguments: [
    "", " ", "1", "1 0", "1 0 A ", " 1 0 A", "1 0 =", "1 0 é", "-1 0 A", "1 -1 A", "1 62 A", "1 99999999999999999999 A",
    "7 0 A",
    "9223372036854775807 0 A", "1 0 /", "1 0 AA", "1 0 B", "1 1 A", "01 0 A", "+1 0 A", "1 0 ////////",
    "1 61 ////////////////////////",
    "2 61 " + String(repeating: "/", count: 40),
  ]) func otherTexts(text: String) {
    #expect(PackedNumbers(text: text) == nil)
  }

  /// What is read is what would be written.
  @Test func anyByte() {
    let bytes = Array(PackedNumbers([3, 0, 12, 1, 0, 7]).text.utf8)
    for place in bytes.indices {
      for byte in 32..<127 as Range<UInt8> {
        var other = bytes
        other[place] = byte
        let text = String(decoding: other, as: UTF8.self)
        if let read = PackedNumbers(text: text) { #expect(read.text == text) }
      }
    }
  }
}

/// Items in records.
@Suite struct ItemRecordTests {
  /// Sentences as a tagger leaves them; the losses are exponential.
  private func items(_ count: Int) -> ItemScores {
    var random = RandomSource(seed: 11)
    var items = ItemScores(count: count)
    for item in 0..<count {
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        let loss = -0.25 * log(Double.random(in: 0..<1, using: &random).nextUp)
        items.add(to: item, isRight: loss < 0.4, loss: loss)
      }
    }
    return items
  }

  private func json(_ record: RunRecord) throws -> String {
    String(decoding: try record.json(pretty: false), as: UTF8.self)
  }

  @Test func lossesAreKeptToAHundredth() throws {
    var record = Synthetic.two[0]
    let items = items(300)
    record.items = items
    let read = try #require(try RunRecord(json: json(record).utf8, file: "a").items)
    #expect(read.weights == items.weights && read.right == items.right)
    #expect(zip(read.losses, items.losses).allSatisfy { abs($0 - $1) < 0.00501 })
    #expect(zip(read.losses, items.losses).contains { $0 != $1 })
    record.items = read
    #expect(try RunRecord(json: json(record).utf8, file: "a").items == read, "once rounded, they stay")
    record.items?.right = nil
    #expect(try !json(record).contains("\"wrong\""), "numbers are not right or wrong")
    #expect(try RunRecord(json: json(record).utf8, file: "a").items == record.items)
  }

  /// Of squared errors half keep four digits at least, whatever their size; large ones keep hundredths.
  @Test(arguments: [(3e-7, 1e10), (0.02, 100_000), (0.99, 10_000), (1.5, 1000), (40, 100)])
  func squaresOfAnySize(size: Double, parts: Double) throws {
    var (record, items) = (Synthetic.two[0], ItemScores(count: 301, counted: false))
    for item in 0..<301 { items.add(to: item, isRight: false, loss: size * pow(1.02, Double(item - 150))) }
    items.chooseParts()
    record.items = items
    let text = try json(record)
    #expect(text.contains("\"parts\":") == (parts != 100))
    let read = try #require(try RunRecord(json: text.utf8, file: "a").items)
    #expect(zip(read.losses, items.losses).allSatisfy { abs($0 - $1) < 0.501 / parts })
    #expect(zip(read.losses, items.losses).dropFirst(150).allSatisfy { abs($0 - $1) < 5.01e-4 * $1 })
    record.items = read
    #expect(try json(record) == text, "once rounded, they stay")
  }

  /// Records of before hold hundredths, of numbers, too, and are written as they were.
  @Test func hundredthsOfBefore() throws {
    var record = Synthetic.two[0]
    (record.format, record.items) = (2, ItemScores(count: 3, counted: false))
    record.items?.losses = [0.01, 0, 0.02]
    let text = try json(record)
    #expect(text.contains("\"items\":{\"losses\":\"3 0 m\",\"weights\":\"3 0 A\"}") && text.contains("\"format\":2"))
    let read = try RunRecord(json: text.utf8, file: "a")
    #expect(read.items?.losses == [0.01, 0, 0.02] && read.format == 2)
    #expect(try json(read) == text)
  }

  @Test func oddLosses() throws {
    var (record, items) = (Synthetic.two[0], ItemScores(count: 5))
    items.losses = [-1e-7, 0.005, .greatestFiniteMagnitude, 0, 1e-300]
    record.items = items
    #expect(try RunRecord(json: json(record).utf8, file: "a").items?.losses == [0, 0.01, 1e13, 0, 0])
    record.items = ItemScores(count: 0)
    #expect(try RunRecord(json: json(record).utf8, file: "a").items == record.items)
  }

  /// About three bytes an item, whatever stands around them.
  @Test func size() throws {
    var record = Synthetic.two[0]
    let without = try json(record).utf8.count
    record.items = items(1000)
    let bytes = try json(record).utf8.count - without
    #expect(bytes > 1500 && bytes < 3500, "\(bytes)")
  }

  /// A record of before there were items is one still, and stays what it is.
  @Test func olderRecords() throws {
    var old = Synthetic.two[0]
    old.format = 1
    let text = try json(old)
    #expect(!text.contains("items"))
    let read = try RunRecord(json: text.utf8, file: "a")
    #expect(read.items == nil && read.format == 1)
    #expect(try json(read) == text)
    let newer = text.replacing("\"format\":1", with: "\"format\":\(RunRecord.currentFormat + 1)")
    #expect(throws: InputError.newer(format: RunRecord.currentFormat + 1, file: "a")) {
      try RunRecord(json: newer.utf8, file: "a")
    }
  }

  /// Items that do not belong together are no record's.
  @Test(arguments: [
    ("\"weights\":\"3 0 m\"", "\"weights\":\"2 0 g\"", "items.wrong"),
    ("\"wrong\":\"3 0 A\"", "\"wrong\":\"3 0 m\"", ""),
    ("\"wrong\":\"3 0 A\"", "\"wrong\":\"3 0 V\"", "items.wrong"), ("\"losses\":\"3", "\"losses\":\"4", "items.wrong"),
    ("\"weights\"", "\"parts\":0,\"weights\"", "items.parts"),
  ]) func damage(part: String, other: String, place: String) throws {
    var (record, items) = (Synthetic.two[0], ItemScores(count: 3))
    items.weights = [1, 0, 2]
    items.right = [1, 0, 2]
    record.items = items
    let text = try json(record)
    #expect(text.contains(part), "\(text)")
    let damaged = text.replacing(part, with: other)
    if place.isEmpty {
      #expect(try RunRecord(json: damaged.utf8, file: "a").items?.right == [0, 0, 0])
    } else {
      #expect {
        try RunRecord(json: damaged.utf8, file: "a")
      } throws: { "\($0)".contains("(\(place) has a value that it cannot have)") }
    }
  }
}
