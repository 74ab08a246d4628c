import FoundationEssentials
import UnrollCore

/// Records as JSON: equal records have equal bytes. The numbers of a diverged run may be infinite or not a number.
extension RunRecord {
  private struct Version: Decodable { var format: Int }

  /// - Parameter pretty: a line for every value, else one line.
  func json(pretty: Bool) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// - Parameters:
  ///   - file: where it stands, for complaints.
  ///   - line: the line in which it stands whole.
  /// - Throws: `InputError` for what is no record, or one of a newer program.
  init(json bytes: some Sequence<UInt8>, file: String, line: Int? = nil) throws {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      let format = try decoder.decode(Version.self, from: data).format
      guard format <= RunRecord.currentFormat else {
        throw InputError.newer(format: format, file: file, line: line)
      }
      self = try decoder.decode(RunRecord.self, from: data)
    } catch let error as DecodingError {
      let what = "is not the record of a run (\(error.sentence)); delete it to have the cell run again"
      throw InputError(what, file: file, line: line)
    }
  }
}
