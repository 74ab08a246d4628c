import Foundation
import Testing
import UnrollCore
import UnrollSystem
import UnrollTraining

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import UnrollStudy

/// Records that no run of this program has left: a report says what is wrong with them, and never breaks.
@Suite struct HostileRecordTests {
  private static let gnuplot = Gnuplot.find(in: ProcessVariables.path)

  /// Every number of a record in turn becomes one that no arithmetic likes.
  @Test(arguments: ["1e308", "-1e308", "5e-324", "0", "-1", "9223372036854775807", "\"NaN\"", "\"Infinity\""])
  func numbers(_ number: String) throws {
    let records = study()
    let text = String(decoding: try records[0].json(pretty: true), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var (tried, reported) = (0, 0)
    for (index, line) in lines.enumerated() where line.contains(#/: -?[0-9][-+.0-9e]*,?$/#) {
      var changed = lines
      changed[index] = Substring(line.replacing(#/: -?[0-9][-+.0-9e]*/#) { _ in ": \(number)" })
      tried += 1
      do {
        let all = [try read(changed.joined(separator: "\n"))] + records.dropFirst()
        for block in try Report.blocks(all, study: "demo") { #expect(!block.markdown { $0.title }.isEmpty) }
        reported += 1
      } catch { #expect(error is InputError, "\(changed[index])") }
    }
    #expect(tried > 60 && reported > tried / 2)
  }

  /// All of them at once, in every figure.
  @Test func nothingButSuchNumbers() throws {
    for value in [1e308, -1e308, 5e-324, 0, .greatestFiniteMagnitude, 1e100, .infinity, .nan] {
      for metric in [Metric.accuracy, .perplexity] {
        for logarithmic in [true, false] {
          for other in [value, 1, -value, value / 3] {
            #expect(Axis("x", holding: [value, other], logarithmic: logarithmic).ticks.count < 40)
            #expect(metric.axis(.test, holding: [value, other]).ticks.count < 40)
          }
        }
      }
    }
  }

  @Test(.enabled(if: gnuplot != nil)) func whatCannotBeDrawnIsSaid() throws {
    var records = Synthetic.two
    records[0].curve[2] = Synthetic.point(epoch: 3, development: ["accuracy": 1e308])
    records[0].curve[3] = Synthetic.point(epoch: 4, development: ["accuracy": .nan])
    records[1].curve[2] = Synthetic.point(epoch: .infinity, development: ["accuracy": 0.9])
    records[5].scores[.test]?["accuracy"] = 1e305
    let text = try ReportFiles.write(records, gnuplot: Self.gnuplot)["demo.md"]!
    #expect(!text.contains("Figure missing"))
    #expect(
      text.contains("](demo/tags-curves.svg)\n\n*3 values lie outside of the figure: no number, or beyond 1e+100.*"))
    #expect(text.contains("](demo/tags-cost.svg)\n\n*2 values lie outside of the figure"))
    #expect(try !ReportFiles.write(Synthetic.two, gnuplot: Self.gnuplot)["demo.md"]!.contains("outside of the figure"))
  }

  @Test(
    .enabled(if: gnuplot != nil),
    arguments: [
      "'", "'a", "a'", "''", "\"", "`id`", "a\u{0}b", "]]>", "<![CDATA[", "\u{1B}[31mred\u{7}", "a\nb\r\nc", "\\",
      "%s %d",
      "$x", "@x", "rgb(99999999999999999999, 1, 1)", "é 漢 🙂", "\u{202E}abc", "\u{FFFF}", "#000000", "a|b",
      "{/Symbol a}",
    ])
  func names(_ name: String) throws {
    let records = [0.9, 0.8].enumerated().flatMap { seed, score in
      [10, 20].map { length in
        var record = Synthetic.record(name, seed: seed, score: score, task: "\(name) length=\(length)")
        record.settings = .table(["data": .table(["length": .integer(length)])])
        record.metrics = [Metric(name, higherIsBetter: true, .percent)]
        record.scores = [.test: [name: score]]
        record.curve = record.curve.map { Synthetic.point(epoch: $0.epoch, development: [name: score]) }
        record.baselineScores = [name: 0.1]
        record.baseline = name
        record.question = name
        record.data.licence = name
        return record
      }
    }
    let files = try ReportFiles.write(records, gnuplot: Self.gnuplot)
    #expect(!files["demo.md"]!.contains("Figure missing"), "\(files["demo.md"]!)")
    #expect(files.count == 6)
    for (file, text) in files {
      #expect(text.printable == text, "control characters in \(file)")
      guard file.hasSuffix(".svg") else { continue }
      #expect(XMLParser(data: Data(text.utf8)).parse(), "\(file) is not well-formed")
    }
  }

  private func read(_ text: String) throws -> RunRecord { try RunRecord(json: text.utf8, file: "a.json") }

  /// Two lengths and two methods, so that every section and figure takes part.
  private func study() -> [RunRecord] {
    [10, 20].flatMap { length in
      ["zoh", "euler"].flatMap { method in
        [1, 2].map { seed in
          var record = Synthetic.record(
            "ssm \(method)", seed: seed, score: 2 + Double(seed), task: "copying length=\(length)",
            metric: .perplexity)
          record.order = .init(task: length, backend: seed)
          record.measurements = ["time step": 0.1, "discretisation error": 0.2]
          record.cost.parameterBudget = 30_000
          record.environment.jobs = 2
          record.environment.load = 1.5
          record.settings = .table([
            "data": .table(["length": .integer(length)]), "backend": .table(["discretisation": .string(method)]),
          ])
          return record
        }
      }
    }
  }
}
