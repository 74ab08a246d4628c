import UnrollCore

extension FormatDefinition {
  /// Polyphonic music: pieces of steps of notes that sound together, in JSON, as the sets of Boulanger-Lewandowski et al. (2012) are passed on:
  ///
  ///     {"train": [[[60, 72, 79, 88], [72, 79, 88], …], …], "valid": …, "test": …}
  ///
  /// A note is a MIDI pitch of a piano. A step is read as 88 columns of 0 and 1; those of the step after it are asked for.
  static let pianoRolls = FormatDefinition(
    "piano-rolls", "JSON of pieces of steps of MIDI pitches; FILE#train is the list \"train\" of a file with several",
    preset: {
      $0.labelColumn = ""
      $0.ahead = 1
    },
    reader: .series { path, files, options in
      let parts = path.split(separator: "#", maxSplits: 1).map(String.init)
      let file = try files.read(parts[0], options.encoding)
      if let list = parts.dropFirst().first { files.note(part: list) }
      return try file.required(PianoRoll.pieces(file, list: parts.dropFirst().first).map(\.sample), "pieces")
    })
}

/// A piece's notes as columns.
private struct PianoRoll {
  /// A0 to C8.
  static let pitches = 21...108
  static let columns = SeriesColumns(
    inputs: pitches.map { "\($0)" }, target: .numbers(pitches.map { "\($0)" }))

  let steps: [[Int]]
  let file: String

  /// - Parameter list: its name, in a file that has several.
  static func pieces(_ file: TextFile, list: String?) throws -> [PianoRoll] {
    let pieces: [[[Int]]]
    do {
      if let list {
        let lists = try [String: [[[Int]]]](json: file.bytes)
        guard let named = lists[list] else {
          throw file.error(Suggestion.unknown("list", list, known: lists.keys.sorted()))
        }
        pieces = named
      } else {
        pieces = try [[[Int]]](json: file.bytes)
      }
    } catch is DecodingError {
      let form = list.map { "{\"\($0)\": [[[60, 64], …], …], …}" } ?? "[[[60, 64], …], …]"
      throw file.error("this is not JSON of pieces of steps of MIDI pitches: \(form)")
    }
    for (number, piece) in pieces.enumerated() {
      if piece.isEmpty { throw file.error("piece \(number + 1) has no steps") }
      for (step, notes) in piece.enumerated() {
        guard let other = notes.first(where: { !pitches.contains($0) }) else { continue }
        throw file.error("piece \(number + 1), step \(step + 1): \(other) is no MIDI pitch of a piano (21…108)")
      }
    }
    return pieces.map { PianoRoll(steps: $0, file: file.path) }
  }

  var sample: Sample<NumberSequence> {
    let width = PianoRoll.pitches.count
    var rows = [Float](repeating: 0, count: steps.count * width)
    for (step, notes) in steps.enumerated() {
      for note in notes { rows[step * width + note - PianoRoll.pitches.lowerBound] = 1 }
    }
    let next = rows.dropFirst(width) + [Float](repeating: .nan, count: width)
    let key = steps.map { notes in notes.map { "\($0)" }.joined(separator: " ") }.joined(separator: "\n")
    return Sample(
      item: NumberSequence(columns: PianoRoll.columns, inputs: rows, targets: Array(next)),
      key: Digest.hex(Array(key.utf8)),
      file: file, lines: [])
  }
}
